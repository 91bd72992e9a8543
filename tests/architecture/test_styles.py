"""The shop's stylesheet keeps to its tokens, to two weights and to logical properties, so that it mirrors by itself."""

import re
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[2] / "apps" / "storefront" / "static" / "storefront" / "shop.css"
_SIDE = r"(?:left|right|top|bottom)"
_NOT_STYLES = re.compile(r"/\*.*?\*/|@font-face \{.*?\}|:root \{.*?\n\}", re.DOTALL)
_DECLARATION = re.compile(r"(?<=[{;])\s*([a-z-]+): ([^;{}]+);")
# What is wrong, where the property is one of these and its value has this in it.
_WRONG = (
    ("a physical side", rf"(?:.+-)?{_SIDE}(?:-.+)?", ""),
    ("a physical size", r"(?:min-|max-)?(?:width|height)", ""),
    ("four sides, of which two are physical", r"(?:scroll-)?(?:margin|padding)|inset|border-radius|border-width", r"^\S+(?: \S+){3}$"),
    ("a physical side", r"text-align|float|clear|object-position|background-position|transform-origin", rf"\b{_SIDE}\b"),
    ("a third weight", "font-weight", r"^(?!400$|600$)"),
    ("a size that is no token", "font-size", r"^(?!var\(|1rem$|[\d.]+em$)"),
    ("a space that is no token", r"(?:scroll-)?(?:margin|padding).*|(?:row-|column-)?gap", r"\d(?:rem|px)\b(?<!\b1px)"),
    ("a radius that is no token", "border-.*radius", r"\d(?:rem|em|px)\b"),
    ("a shadow that is no token", "box-shadow", r"^(?!var\(|none$)"),
    ("a motion that is no token", "transition", r"\dm?s\b"),
)  # fmt: skip


def faults(sheet):
    # What stands in brackets has spaces of its own.
    written = re.sub(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", lambda found: found[0].replace(" ", ""), sheet)
    return [
        f"{name}: {value} is {fault}"
        for name, value in _DECLARATION.findall(_NOT_STYLES.sub("", written))
        for fault, names, wrong in _WRONG
        if re.fullmatch(names, name) and re.search(wrong, value)
    ]


def test_stylesheet_is_made_of_tokens_and_knows_no_left_or_right():
    sheet = SHEET.read_text(encoding="utf-8")

    assert len(sheet.splitlines()) <= 500
    assert faults(sheet) == []


@pytest.mark.parametrize(
    "declaration",
    [
        "left: 0",
        "border-left-width: 1px",
        "margin-right: auto",
        "border-top-left-radius: 0",
        "max-width: 20ch",
        "inset: 0 auto auto 0",
        "padding: 0 1ch calc(1em + 2em) 0",
        "text-align: left",
        "font-weight: 500",
        "font-weight: bold",
        "font-size: 0.9rem",
        "margin-block: 0 1.3rem",
        "gap: clamp(5px, 2vw, var(--space-4))",
        "border-radius: 4px",
        "box-shadow: 0 0 3px black",
        "transition: color 200ms",
    ],
)
def test_a_declaration_beside_the_rules_is_found(declaration):
    assert faults(f".a, .b:hover {{ color: red; {declaration}; }}")


@pytest.mark.parametrize(
    "declaration",
    [
        "inline-size: min(100%, 4rem)",
        "padding: 0 max(var(--space-1), (100% - 70ch) / 2)",
        "margin: 0.6em auto 0",
        "font-size: var(--small)",
        "gap: 1px",
        "inset: 0",
        "transition: color var(--motion)",
    ],
)
def test_a_declaration_that_keeps_them_passes(declaration):
    assert faults(f".a {{ {declaration}; }}") == []
