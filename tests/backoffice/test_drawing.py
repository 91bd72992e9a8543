"""The brand's pictures: well-formed, the same on every run, complete in themselves, and there for every product."""

import re
import xml.etree.ElementTree as ET
from io import BytesIO
from itertools import combinations

import pytest
import resvg_py
from PIL import Image

from apps.backoffice.demo import read_demo
from apps.backoffice.demo.drawing import GARMENTS, VIEWS, draw
from apps.backoffice.demo.drawing.figure import Figure
from apps.backoffice.demo.drawing.palette import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
# Parts of the area that two outlines cover together. Tops differ by 0.02 to 0.2, a tee and a shirt by 0.23, a tee and a boot by 0.75.
SAME, UNLIKE = 0.01, 0.15
CLOTHES = [*GARMENTS[: GARMENTS.index("shorts") + 1]]


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


def mask_of(garment, view):
    """Return the outline of a garment as it lies in its picture, 64 pixels wide and filled: the set of pixels inside."""
    root = ET.fromstring(draw(garment=garment, colour="Navy", view=view))  # noqa: S314 - our own drawing
    pieces = [path.get("d") for path in root.iter(f"{SVG}path") if re.fullmatch(r"p\d+", path.get("id", ""))]
    place = root.find(f"{SVG}g").get("transform")
    filled = "".join(f'<path d="{piece}"/>' for piece in pieces)
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{root.get("viewBox")}"><g transform="{place}">{filled}</g></svg>'
    png = resvg_py.svg_to_bytes(svg_string=svg, width=64, height=80)
    covered = Image.open(BytesIO(png)).getchannel("A").tobytes()
    return frozenset(at for at, opacity in enumerate(covered) if opacity > 127)


def difference(one, other):
    """Return how much of what either covers the other does not: 0 for the same outline, 1 for two apart."""
    return len(one ^ other) / len(one | other)


def test_outlines_differ_and_fourteen_are_unlike_each_other():
    masks = {garment: mask_of(garment, "front") for garment in GARMENTS}
    unlike = []

    for garment, mask in masks.items():
        if all(difference(mask, masks[other]) > UNLIKE for other in unlike):
            unlike.append(garment)

    assert [pair for pair in combinations(masks, 2) if difference(*(masks[each] for each in pair)) < SAME] == []
    assert len(unlike) >= 14, unlike


@pytest.mark.parametrize(("one", "other"), [("sweatshirt", "jumper"), ("fleece", "puffer")])
def test_what_is_worn_for_the_same_is_told_apart_by_its_outline(one, other):
    assert difference(mask_of(one, "front"), mask_of(other, "front")) > 0.1


@pytest.fixture
def strokes(monkeypatch):
    """Count what is drawn on figures, by the name of the method that draws it."""
    counts = {}

    def count(name):
        draws = getattr(Figure, name)

        def draw_and_count(self, *args, **kwargs):
            counts[name] = counts.get(name, 0) + 1
            return draws(self, *args, **kwargs)

        monkeypatch.setattr(Figure, name, draw_and_count)

    for name in ("seam", "stitch", "fold", "fade", "bands", "line", "shape"):
        count(name)
    return counts


@pytest.mark.parametrize("garment", CLOTHES)
def test_clothes_have_seams_stitches_folds_and_shading(garment, strokes):
    draw(garment=garment, colour="Moss", view="front")

    assert {"seam", "stitch", "line", "fade"} <= strokes.keys()
    assert strokes.get("fold", 0) >= 6 or strokes["bands"] >= 3  # a puffer is padded instead
    assert sum(strokes.values()) > 40


def pixels(garment, **details):
    svg = draw(garment=garment, colour="Sand", view="front", **details)
    return Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, width=240, height=300))).convert("L").tobytes()


@pytest.mark.parametrize(
    ("garment", "detail"),
    [
        ("shirt", {"camp": True}),  # its collar
        ("jumper", {"neck": "roll"}),
        ("sweatshirt", {"hood": True}),
        ("sweatshirt", {"zipped": True}),
        ("fleece", {"half_zip": True}),
        ("tee", {"pocket": True}),
        ("cardigan", {"pockets": False}),
        ("trousers", {"cargo": True}),
        ("boot", {"sole": "Sand"}),
        ("sneaker", {"sole": "Rust"}),
    ],
)
def test_collar_zip_pocket_and_sole_are_seen(garment, detail):
    plain, asked = pixels(garment), pixels(garment, **detail)

    assert sum(abs(one - other) > 12 for one, other in zip(plain, asked, strict=True)) > 150
