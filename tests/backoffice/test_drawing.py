"""The brand's pictures: well-formed, the same on every run, complete in themselves, and there for every product."""

import xml.etree.ElementTree as ET

import pytest

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.drawing import GARMENTS, VIEWS, draw
from apps.backoffice.demo.drawing.palette import COLOURS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("garment", GARMENTS)
def test_garment_is_a_whole_picture_without_lettering_or_references(garment, view):
    svg = draw(garment=garment, colour="Moss", view=view)

    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    used = {element.get("href", "#")[1:] for element in root.iter(f"{SVG}use")}
    assert root.get("viewBox") == "0 0 1200 1500"
    assert not {f"{SVG}text", f"{SVG}image", f"{SVG}style", f"{SVG}filter"} & {element.tag for element in root.iter()}
    assert used <= ids
    assert svg.count("url(") == svg.count("url(#d")
    assert len(svg) < 200_000
    assert draw(garment=garment, colour="Moss", view=view) == svg


def test_there_are_enough_silhouettes_and_each_view_and_colour_differs():
    drawn = {(garment, view): draw(garment=garment, colour="Navy", view=view) for garment in GARMENTS for view in VIEWS}

    assert len(GARMENTS) >= 14
    assert len(set(drawn.values())) == len(drawn)
    assert len({draw(garment="tee", colour=colour, view="front") for colour in COLOURS}) == len(COLOURS)


@pytest.mark.parametrize(
    ("asked", "error", "message"),
    [
        ({"garment": "cape"}, KeyError, "cape.*use one of tee"),
        ({"colour": "Mauve"}, KeyError, "Mauve.*White"),
        ({"view": "side"}, ValueError, "'side'; use one of front, back"),
        ({"wheels": True}, ValueError, "a tee has no wheels; use sleeve"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_can(asked, error, message):
    with pytest.raises(error, match=message):
        draw(**{"garment": "tee", "colour": "Moss", "view": "front"} | asked)


@pytest.mark.slow
def test_every_picture_of_every_product_can_be_drawn_and_is_its_own():
    pictures = [picture for entry in read_demo() for picture in entry.pictures]

    drawn = {picture.svg() for picture in pictures}

    assert len(drawn) > 0.97 * len(pictures)  # two products may share a colour of a plain silhouette
    assert all(picture.alt for picture in pictures)
