"""Markdown of staff as HTML: nothing in it is run, styled or left behind, and tables can be scrolled."""

import pytest

from apps.content.rendering import render


def shown(text, language="en"):
    return render(text, language=language)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# Sizes\n\n## Fit", "<h2>Sizes</h2>\n<h3>Fit</h3>\n"),
        ("### Sizes\n\n#### Fit", "<h2>Sizes</h2>\n<h3>Fit</h3>\n"),
        ("# 1\n###### 6", "<h2>1</h2>\n<h6>6</h6>\n"),
        ("Fit\n---", "<h2>Fit</h2>\n"),
        ("~~old~~ *new*", "<p><s>old</s> <em>new</em></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ('a <b style="x">b</b>', "<p>a &lt;b style=&quot;x&quot;&gt;b&lt;/b&gt;</p>\n"),
        ("[a](javascript:alert)", "<p>[a](javascript:alert)</p>\n"),
        ("![a](https://example.com/a.png)", '<p>!<a href="https://example.com/a.png" rel="noopener">a</a></p>\n'),
        ("[a](https://example.com)", '<p><a href="https://example.com" rel="noopener">a</a></p>\n'),
        ("[a](//example.com)", '<p><a href="//example.com" rel="noopener">a</a></p>\n'),
        ("[a](mailto:a@example.com)", '<p><a href="mailto:a@example.com">a</a></p>\n'),
    ],
)
def test_markdown_is_shown_and_html_is_told(text, html):
    assert shown(text) == html


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("/pages/returns/", "/de/pages/returns/"),
        ("/fr/products/", "/de/products/"),
        ("/media/a/320.webp", "/media/a/320.webp"),
        ("#care", "#care"),
    ],
)
def test_links_stay_in_the_language_of_the_page(target, leads):
    assert f'href="{leads}"' in shown(f"[a]({target})", "de")


def test_table_scrolls_by_keyboard_under_the_name_of_its_heading_and_carries_no_style():
    html = shown('## Size "M" & more\n\n|Size|Chest|\n|:-:|-:|\n|M|96|')

    assert '<div class="table" tabindex="0" role="group" aria-label="Size &quot;M&quot; &amp; more">' in html
    assert '<th class="center" scope="col">Size</th>' in html
    assert '<td class="right">96</td>' in html
    assert html.endswith("</table>\n</div>\n")
    assert "style=" not in html


def test_table_without_a_heading_has_no_name():
    assert shown("|A|\n|-|\n|1|").startswith('<div class="table" tabindex="0">')
