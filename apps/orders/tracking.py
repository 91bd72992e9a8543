"""Where the carriers that everybody knows show a parcel by its number."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

_LA_POSTE: Final = "https://www.laposte.fr/outils/suivre-vos-envois?code={}"
# By the first words of a carrier's name, small letters and digits only: "DHL Paket" is DHL.
_PAGES: Final = {
    "dhl": "https://www.dhl.com/en/home/tracking.html?tracking-id={}",
    "ups": "https://www.ups.com/track?tracknum={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "dpd": "https://tracking.dpd.de/status/en_US/parcel/{}",
    "gls": "https://gls-group.eu/track/{}",
    "hermes": "https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{}",
    "la poste": _LA_POSTE,
    "colissimo": _LA_POSTE,
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "royal mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
}


def tracking_page(*, carrier: str, number: str) -> str:
    """Return the address where a parcel is followed; blank without a number, and for a carrier that is not known."""
    name = " ".join(re.findall(r"[a-z0-9]+", carrier.lower())) + " "
    page = next((page for known, page in _PAGES.items() if name.startswith(f"{known} ")), "")
    return page.format(quote(number.replace(" ", ""), safe="")) if number.strip() else ""
