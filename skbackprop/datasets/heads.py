r"""A head of ellipsoids, rendered as a smooth function of all factors.

Each part of the head is an ellipsoid. Seen along the third axis, in parallel
projection, it covers an ellipse. At offset u = (u_1, u_2) from its centre, its surface
is at

.. math:: z(u) = z_0 - \frac{b \cdot u}{a} + \sqrt{\frac{1 - u' S u}{a}}, \qquad
   A = \begin{pmatrix} B & b \\ b' & a \end{pmatrix}, \quad
   S = B - \frac{b b'}{a}

for the ellipsoid :math:`(p - c)' A (p - c) \le 1`. Edges are soft, about one pixel
wide. Occlusion is soft too: parts are mixed in proportion to :math:`e^{z / \tau}`.
Images are therefore differentiable with respect to all factors.
"""

from itertools import chain
from typing import NamedTuple

import numpy as np

_IMAGES_AT_A_TIME = 32  # so that intermediate results per pixel stay in cache
_HALF_WIDTH = 1.5  # of the image, in units of the head
_DISTANCE = 8.0  # from the camera to the head, affects only the size of the head
_PIXELS_OF_BLUR = 32  # edges are as wide as a pixel of an image of this size
_DEPTH_OF_BLUR = 0.1  # depth difference at which parts shine through each other
_AMBIENT = 0.3  # ambient light


class Factor(NamedTuple):
    """A factor: its default range, its resting value, and its period if circular."""

    low: float
    high: float
    rest: float
    period: float = None


FACTORS = {
    "azimuth": Factor(0, 360, 0, period=360),
    "elevation": Factor(-40, 40, 0),
    "roll": Factor(-30, 30, 0),
    "x": Factor(-0.2, 0.2, 0),
    "y": Factor(-0.2, 0.2, 0),
    "z": Factor(-2, 2, 0),
    "light": Factor(-70, 70, -20),
    "brightness": Factor(0.5, 1, 1),
    "mouth": Factor(0, 1, 0),
    "smile": Factor(-1, 1, 0),
    "brow": Factor(-1, 1, 0),
}


class Part(NamedTuple):
    """An ellipsoid of the head, which faces along the third axis."""

    centre: tuple
    radii: tuple
    albedo: float
    # Displacement of the centre and stretch of the radii by muscles.
    moved: dict = {}
    stretched: dict = {}


def _both_sides(part):
    """Return a part and its mirror image."""
    x, y, z = part.centre
    moved = {name: (-dx, dy, dz) for name, (dx, dy, dz) in part.moved.items()}
    return part, part._replace(centre=(-x, y, z), moved=moved)


SKIN, HAIR, DARK = 0.95, 0.3, 0.1
HEAD = {
    "skull": [Part((0, 0.1, -0.05), (0.68, 0.85, 0.8), SKIN)],
    "hair": [Part((0, 0.32, -0.2), (0.74, 0.74, 0.8), HAIR)],
    "jaw": [
        Part((0, -0.48, 0.2), (0.48, 0.44, 0.5), SKIN, {"mouth": (0, -0.16, -0.02)})
    ],
    "nose": [Part((0, -0.04, 0.7), (0.12, 0.24, 0.26), SKIN)],
    "ears": _both_sides(Part((0.7, 0, -0.05), (0.1, 0.2, 0.16), SKIN)),
    "eyes": _both_sides(Part((0.27, 0.16, 0.63), (0.14, 0.1, 0.12), DARK)),
    "brows": _both_sides(
        Part((0.27, 0.34, 0.61), (0.18, 0.055, 0.11), DARK, {"brow": (0, 0.1, -0.02)})
    ),
    "lips": [
        Part(
            (0, -0.5, 0.66),
            (0.2, 0.05, 0.12),
            DARK,
            moved={"mouth": (0, -0.09, 0)},
            stretched={"mouth": (0, 0.16, 0)},
        )
    ],
    "corners of the mouth": _both_sides(
        Part(
            (0.22, -0.5, 0.6),
            (0.1, 0.055, 0.1),
            DARK,
            {"mouth": (-0.03, -0.09, 0), "smile": (0.02, 0.13, -0.03)},
        )
    ),
}


def render(factors, image_size):
    """Return images, float32 in [0, 1], of shape (n, image_size, image_size).

    ``factors`` maps the names of all factors to arrays of n values.
    """
    n_samples = len(factors["azimuth"])
    images = np.empty((n_samples, image_size, image_size), np.float32)
    for start in range(0, n_samples, _IMAGES_AT_A_TIME):
        some = slice(start, start + _IMAGES_AT_A_TIME)
        images[some] = _render({k: v[some] for k, v in factors.items()}, image_size)
    return images


def _render(factors, image_size):
    """Return a few images: parts mixed by coverage and depth, on black."""
    scale = _DISTANCE / (_DISTANCE - factors["z"])
    shift = 2 * _HALF_WIDTH * np.stack([factors["x"], factors["y"]], axis=1)
    rotation, light = _rotations(factors), _light(factors)
    grid = _HALF_WIDTH * (2 * np.arange(image_size) + 1 - image_size) / image_size
    blur = 2 * _HALF_WIDTH / min(image_size, _PIXELS_OF_BLUR)
    shape = (len(scale), image_size, image_size)
    uncovered = np.ones(shape, np.float32)
    mixed, weights = np.zeros((2, *shape), np.float32)
    weights += np.finfo(np.float32).tiny
    for part in chain.from_iterable(HEAD.values()):
        centre, radii = _moved(part, factors)
        centre = scale[:, None] * np.einsum("nij,nj->ni", rotation, centre)
        ellipsoid = _ellipsoid(rotation, scale[:, None] * radii)
        u = grid - centre[:, :1] - shift[:, :1], -grid - centre[:, 1:2] - shift[:, 1:]
        coverage, height, shade = _seen(ellipsoid, u, light, blur)
        height += _column(centre[:, 2] - scale)  # below the front of the head
        height /= np.float32(_DEPTH_OF_BLUR)
        np.clip(height, -85, 20, out=height)  # effective only outside of the head
        uncovered *= 1 - coverage
        coverage *= np.exp(height, out=height)
        weights += coverage
        coverage *= shade
        coverage *= part.albedo
        mixed += coverage
    mixed /= weights
    mixed *= 1 - uncovered
    mixed *= _column(factors["brightness"])
    return np.minimum(mixed, 1, out=mixed)


def _seen(ellipsoid, u, light, blur):
    """Return coverage, height above the centre and shade of a part, at each pixel.

    Coverage increases from 0 to 1 while the distance from the edge, q / |grad q| with
    q = 1 - u' S u, increases from -blur to blur. The normal of the surface is
    (S u + b h, a h) with h = sqrt(q / a), which points to the viewer.
    """
    b1, b2, a, s11, s12, s22 = ellipsoid
    u1, u2 = (v.astype(np.float32) for v in u)
    u1, u2 = u1[:, None, :], u2[:, :, None]
    su1, su2 = s11 * u1 + s12 * u2, s12 * u1 + s22 * u2
    q = 1 - (u1 * su1 + u2 * su2)
    slope = np.sqrt(su1 * su1 + su2 * su2)
    slope *= 4 * blur
    slope += np.float32(1e-6)
    t = np.divide(q, slope, out=slope)
    t += np.float32(0.5)
    np.clip(t, 0, 1, out=t)
    coverage = t * t
    coverage *= 3 - 2 * t
    h = np.sqrt(_soft_positive(q) / a)
    su1 += b1 * h
    su2 += b2 * h
    normal3 = a * h
    length = np.sqrt(su1 * su1 + su2 * su2 + normal3 * normal3)
    l1, l2, l3 = light
    cosine = (l1 * su1 + l2 * su2 + l3 * normal3) / length
    shade = np.float32(_AMBIENT) + np.float32(1 - _AMBIENT) * _soft_positive(cosine)
    h -= (b1 / a) * u1 + (b2 / a) * u2
    return coverage, h, shade


def _soft_positive(x):
    """Return max(0, x) with a rounded corner, so that its root is smooth."""
    return np.float32(0.5) * (x + np.sqrt(x * x + np.float32(0.003)))


def _ellipsoid(rotation, radii):
    """Return b, a and S of the ellipsoids, as in the module's docstring."""
    A = np.einsum("nij,nj,nkj->nik", rotation, radii**-2.0, rotation)
    a, b1, b2 = A[:, 2, 2], A[:, 0, 2], A[:, 1, 2]
    s11, s12, s22 = (
        A[:, 0, 0] - b1**2 / a,
        A[:, 0, 1] - b1 * b2 / a,
        A[:, 1, 1] - b2**2 / a,
    )
    return [_column(v) for v in (b1, b2, a, s11, s12, s22)]


def _moved(part, factors):
    """Return centres and radii of a part, moved by muscles."""
    n_samples = len(factors["azimuth"])
    centre, radii = (np.tile(v, (n_samples, 1)) for v in (part.centre, part.radii))
    for moved, changes in ((centre, part.moved), (radii, part.stretched)):
        for name, change in changes.items():
            moved += factors[name][:, None] * np.array(change)
    return centre, radii


def _rotations(factors):
    """Return matrices that rotate by azimuth, then elevation, then roll."""
    about_y = _rotation(factors["azimuth"], 2, 0)
    about_x = _rotation(factors["elevation"], 1, 2)
    about_z = _rotation(factors["roll"], 0, 1)
    return about_z @ about_x @ about_y


def _rotation(degrees, i, j):
    """Return rotations by angles from axis i towards axis j."""
    angle = np.deg2rad(degrees)
    matrices = np.tile(np.eye(3), (len(angle), 1, 1))
    matrices[:, i, i] = matrices[:, j, j] = np.cos(angle)
    matrices[:, j, i] = np.sin(angle)
    matrices[:, i, j] = -np.sin(angle)
    return matrices


def _light(factors):
    """Return unit vectors towards a light 30 degrees above the camera."""
    angle = np.deg2rad(factors["light"])
    up, level = np.sin(np.pi / 6), np.cos(np.pi / 6)
    light = level * np.sin(angle), np.full_like(angle, up), level * np.cos(angle)
    return [_column(v) for v in light]


def _column(values):
    """Return one number per image, with axes that broadcast over its pixels."""
    return np.asarray(values, np.float32)[:, None, None]
