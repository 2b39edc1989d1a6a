"""Colours of a brand that everybody can read.

Contrast and relative luminance as WCAG 2.2 defines them: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""
import re

PATTERN = re.compile(r'#[0-9a-fA-F]{6}')
#: The least contrast of text that is not large (WCAG 2.2, 1.4.3).
READABLE = 4.5
#: The least contrast by which the shape of a button is seen (WCAG 2.2, 1.4.11).
VISIBLE = 3
STEPS = 100


def luminance(colour):
    """Return the relative luminance of a colour such as ``#1f6feb``, from 0 to 1."""
    channels = (int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(ground):
    """Return black or white, whichever is read more easily on a colour."""
    return max('#000000', '#ffffff', key=lambda colour: contrast(colour, ground))


def adjusted(colour, *grounds, least=READABLE):
    """Return the colour nearest to one, on its way to black or to white, that can be read on all of the grounds.

    :param float least: the contrast that is enough.
    """
    target = readable_on(grounds[0])
    for step in range(STEPS + 1):
        mixed = mix(colour, target, step / STEPS)
        if all(contrast(mixed, ground) >= least for ground in grounds):
            return mixed
    return target


def mix(one, other, share):
    """Return the colour that lies so far (0 to 1) on the way from one to another, in sRGB."""
    parts = (
        round(int(one[at:at + 2], 16) * (1 - share) + int(other[at:at + 2], 16) * share) for at in (1, 3, 5))
    return '#{:02x}{:02x}{:02x}'.format(*parts)
