"""Countries and regions of addresses, as tax and shipping zones compare them.

Codes: ISO 3166-1 alpha-2, as of the IANA time zone database 2025b (file iso3166.tab).
"""

from __future__ import annotations

from typing import Final

from apps.kernel.errors import Invalid

COUNTRIES: Final = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
        "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
        "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
        "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
        "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


def check_country(country: str, *, field: str = "country") -> str:
    """Return `country` as it is where it is an ISO 3166-1 alpha-2 code in upper case; Invalid (`unknown_country`) otherwise."""
    if country not in COUNTRIES:
        raise Invalid.field(
            field,
            "unknown_country",
            f"{country!r} is not an ISO 3166-1 alpha-2 code in upper case; use one such as DE.",
        )
    return country


def normalise_region(country: str, region: str) -> str:
    """Return a state or province the way zones spell it: upper case, without the country's prefix ("us-ca " gives "CA").

    NUL goes too: PostgreSQL has no text that holds one, so no zone can.
    """
    return region.replace("\0", "").strip().upper().removeprefix(f"{country}-")
