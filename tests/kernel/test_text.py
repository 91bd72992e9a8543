from apps.kernel.text import quoted


def test_quoted_text_is_short_and_shows_what_would_not_print():
    assert quoted("a\x00b\r\nc\ud800\u202ed", most=7) == "a�b��c�"
    assert quoted("Łódź 9", most=20) == "Łódź 9"
