"""The slider of pages, moved in a browser that has no network."""

import re
import subprocess
from html import unescape

from platform_marks import CHROMIUM, needs_chromium

from skbackprop.inspection import GraphDisplay
from skbackprop.network import Add, Graph, Input, Linear, Tanh

MOVE = """
<script>
slider.value = {};
slider.dispatchEvent(new Event("input"));
</script>
"""


def dom_of(page, folder):
    """What a browser has made of a page when its scripts have run."""
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    flags = [
        "--headless",
        "--no-sandbox",  # root needs it
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=1000",
        "--dump-dom",
    ]
    found = subprocess.run(
        [CHROMIUM, *flags, file.as_uri()],
        capture_output=True,
        check=True,
        timeout=60,
    )
    return found.stdout.decode()


def shown(dom, element):
    return re.search(rf'id="{element}"[^>]*>([^<]*)<', dom)[1]


def images_in(dom):
    """The texts of each image; those of a frame are read alike."""
    return [
        [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)", panel)]
        for panel in re.findall(r"</figcaption><div>(.*?)</div>", dom, re.S)
    ]


@needs_chromium
def test_the_slider_shows_the_frame_it_is_moved_to(tmp_path):
    h = Tanh()(Linear(2)(Input(2)))
    parameters = [[[0.5, -1], [0.3, 0.2]], [0.1, 0]]
    display = GraphDisplay.from_estimator(
        Graph(Add()(h, h)), [[1, 2]], parameters=parameters
    )
    k = 2
    dom = dom_of(display.to_html() + MOVE.format(k), tmp_path)
    frame = display.frames_[k]
    assert shown(dom, "step") == str(k)
    assert unescape(shown(dom, "text")) == frame.text
    as_drawn = "".join(
        f"</figcaption><div>{svg}</div>" for svg in (frame.forward, frame.backward)
    )
    assert images_in(dom) == images_in(as_drawn)
    first = display.frames_[0].forward
    assert images_in(f"</figcaption><div>{first}</div>")[0] != images_in(dom)[0]
