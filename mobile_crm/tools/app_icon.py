"""Icons of a web app, as the home screens of phones want them: of a picture, or of the initials of a name."""
import functools
import io
import unicodedata

from odoo.tools import file_path

from . import colour

#: What an icon is good for, and its sizes: `any` may be transparent, a `maskable` one is cut to whatever shape the
#: phone likes, `touch` is Apple's, which is square, and of a `badge` Android shows where it is opaque.
SIZES = {'any': (32, 192, 512), 'maskable': (192, 512), 'touch': (180,), 'badge': (96,)}
#: Changes with the way in which icons are drawn, so that phones ask for them anew.
STYLE = 1
#: The share of the width that is safe of being cut: a circle of 80 % (W3C, Web Application Manifest). A square in it is
#: smaller.
SAFE = .8 / 2 ** .5
WHITE = (255, 255, 255, 255)
#: Fonts that come with Odoo, and the first and the last letter of what they are for.
FONTS = (
    ('web/static/fonts/google/Open_Sans/Open_Sans-Bold.ttf', '0', '\u052f'),
    ('web/static/fonts/google/Tajawal/Tajawal-Bold.ttf', '\u0620', '\u06ff'),
)
#: Pixels of the drawing for each pixel of the icon, so that edges are smooth.
FINE = 4
#: How bright a logo is on average above which it is not seen on white.
BRIGHT = .75
#: How many times as wide as high a logo may be to be recognized in the smallest icon.
WIDEST = 2


def draw(kind, size, brand, name, picture=None, is_whole=False):
    """Return an icon as PNG.

    :param str kind: of ``SIZES``
    :param str brand: colour such as ``#1f6feb``
    :param str name: whose initials are drawn when there is no picture
    :param bytes | None picture:
    :param bool is_whole: whether the picture is an icon itself, ground and all, and no logo
    :rtype: bytes
    """
    image = None
    if picture and kind != 'badge':
        image = _of_picture(kind, size, brand, picture, is_whole)
    image = image or _of_name(kind, size, brand, name)
    out = io.BytesIO()
    image.save(out, 'PNG', optimize=True)
    return out.getvalue()


def initials(name):
    """Return the first letters of the first two words of a name; of other writings than ours, the first one alone."""
    words = [''.join(filter(str.isalnum, word)) for word in unicodedata.normalize('NFC', name).split()]
    letters = [word[0] for word in words if word]
    if letters and letters[0] <= '\u052f':
        return ''.join(letters[:2]).upper()[:2]
    return ''.join(letters[:1])


def _of_picture(kind, size, brand, data, is_whole):
    """Return an icon with a picture on it, or None when it cannot be read, by us or by people."""
    from PIL import Image  # noqa: PLC0415, needed here alone
    try:
        picture = Image.open(io.BytesIO(data)).convert('RGBA')
    except (OSError, ValueError, Image.DecompressionBombError):
        # Such as a drawing in SVG.
        return None
    if size == min(SIZES['any']) and not is_whole and picture.width > WIDEST * picture.height:
        return None
    edge = _edge(picture)
    ground = edge or (_rgba(brand) if _is_bright(picture) else WHITE)
    share = {'maskable': SAFE if not edge else .8, 'touch': .8 if not edge else 1}.get(kind, 1 if is_whole else .8)
    if is_whole and kind == 'any':
        ground = edge if edge and picture.width != picture.height else (0, 0, 0, 0)
    image = _ground(kind, size, ground)
    room = max(1, round(size * share))
    scale = min(room / picture.width, room / picture.height)
    shown = picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))), Image.Resampling.LANCZOS)
    layer = Image.new('RGBA', image.size)
    layer.paste(shown, ((size - shown.width) // 2, (size - shown.height) // 2))
    return Image.alpha_composite(image, layer)


def _of_name(kind, size, brand, name):
    """Return an icon with initials, or with the sign of a place where there is no font for them."""
    from PIL import Image, ImageDraw  # noqa: PLC0415, needed here alone
    ink = WHITE if kind == 'badge' else _rgba(colour.readable_on(brand))
    image = _ground(kind, size, (0, 0, 0, 0) if kind == 'badge' else _rgba(brand))
    layer = Image.new('RGBA', (size * FINE, size * FINE), (*ink[:3], 0))
    pen = ImageDraw.Draw(layer)
    room = size * FINE * (.9 if kind == 'badge' else SAFE)
    letters = initials(name)
    if font := _font(letters):
        face = _fitting(font, letters, room)
        pen.text((size * FINE / 2, size * FINE / 2), letters, ink, font=face, anchor='mm')
    else:
        _draw_place(pen, size * FINE / 2, room / 2, ink)
    return Image.alpha_composite(image, layer.resize((size, size), Image.Resampling.LANCZOS))


def _draw_place(pen, middle, radius, ink):
    """Draw the sign of a place on a map, as large as a circle."""
    head, top = radius * .68, middle - radius * .3
    pen.ellipse((middle - head, top - head, middle + head, top + head), fill=ink)
    pen.polygon([(middle - head * .87, top + head * .5), (middle + head * .87, top + head * .5),
                 (middle, middle + radius)], fill=ink)
    hole = head * .42
    pen.ellipse((middle - hole, top - hole, middle + hole, top + hole), fill=(*ink[:3], 0))


def _ground(kind, size, fill):
    """Return the picture without anything on it: round at its corners where the phone does not make them so."""
    from PIL import Image, ImageDraw  # noqa: PLC0415, needed here alone
    if kind != 'any':
        return Image.new('RGBA', (size, size), fill)
    large = Image.new('RGBA', (size * FINE, size * FINE), (*fill[:3], 0))
    corner = size * FINE * .22
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size * FINE - 1, size * FINE - 1), corner, fill=fill)
    return large.resize((size, size), Image.Resampling.LANCZOS)


def _edge(picture):
    """Return the colour that a picture has in all of its corners, or None."""
    right, bottom = picture.width - 1, picture.height - 1
    corners = [picture.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
    first = corners[0]
    is_even = all(abs(one - other) <= 8 for corner in corners for one, other in zip(corner, first, strict=True))
    return first if is_even and first[3] == 255 else None


def _is_bright(picture):
    """Tell whether what is to be seen of a picture is not seen on white."""
    small = picture.resize((32, 32))
    pixels = [small.getpixel((column, row)) for column in range(32) for row in range(32)]
    weight = sum(pixel[3] for pixel in pixels)
    shine = sum(pixel[3] * (.2126 * pixel[0] + .7152 * pixel[1] + .0722 * pixel[2]) / 255 for pixel in pixels)
    return bool(weight) and shine / weight > BRIGHT


def _rgba(text):
    return (*(int(text[at:at + 2], 16) for at in (1, 3, 5)), 255)


def _font(letters):
    """Return the path of a font that has some letters, or None."""
    return next((path for path, first, last in FONTS
                 if letters and all(first <= letter <= last for letter in letters)), None)


def _fitting(font, letters, room):
    """Return a font in the size in which the letters fill a square."""
    face = _face(font, round(room))
    left, top, right, bottom = face.getbbox(letters, anchor='mm')
    return _face(font, max(1, round(room * min(1, room / (right - left), room / (bottom - top)))))


@functools.lru_cache(maxsize=16)
def _face(font, size):
    from PIL import ImageFont  # noqa: PLC0415, needed here alone
    return ImageFont.truetype(file_path(font), size)
