"""HTML pages that show the frames of a display with a slider, offline."""

import json
from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; }}
body {{ font-family: sans-serif; margin: 1em; }}
input {{ width: 100%; max-width: 40em; }}
main {{ display: flex; flex-wrap: wrap; }}
figure {{ margin: 1em 2em 1em 0; overflow-x: auto; }}
img {{ max-width: 100%; }}
</style>
<label>Step <output id="step"></output> of {last}: <span id="text"></span><br>
<input id="slider" type="range" min="0" max="{last}" value="0"></label>
<main>
{panels}
</main>
<script>
const frames = {frames};
const slider = document.getElementById("slider");
const panels = document.querySelectorAll("figure > div");
function show() {{
  const [text, ...images] = frames[slider.value];
  document.getElementById("step").textContent = slider.value;
  document.getElementById("text").textContent = text;
  images.forEach((image, k) => panels[k].innerHTML = image);
}}
slider.oninput = show;
show();
</script>
</html>
"""
_PANEL = "<figure><figcaption>{}</figcaption><div></div></figure>"


class SliderPage:
    """Base class of displays whose ``frames_`` are shown one at a time.

    A frame is a text, and an image in HTML for each caption. Notebooks show the display
    with the slider.
    """

    _title, _captions = "", ()

    def to_html(self):
        """Return an HTML page with a slider over the frames.

        Returns
        -------
        str
            The page, to be written to a file. It works offline.
        """
        # A script ends at the first "</", even inside a string.
        frames = json.dumps(self.frames_).replace("</", "<\\/")
        return _PAGE.format(
            title=self._title,
            last=len(self.frames_) - 1,
            panels="\n".join(map(_PANEL.format, self._captions)),
            frames=frames,
        )

    def _repr_html_(self):
        page = escape(self.to_html())
        return f'<iframe srcdoc="{page}" width="100%" height="600"></iframe>'
