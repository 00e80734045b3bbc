"""Images made anew: what is taken, what is refused, and what is left of them."""

import io
import struct
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from campaigns import pictures, retention
from campaigns.forms.fields import PictureField
from campaigns.models import Picture

from .factories import make_campaign, make_organisation

RED, BLUE = (200, 30, 30), (30, 30, 200)


def drawn(format: str = "PNG", size: tuple[int, int] = (80, 40), mode: str = "RGB", **options: Any) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, format, **options)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=["WEBP"])


def near(one: Any, other: Any) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(one[:3], other[:3], strict=True))


def claiming(width: int, height: int) -> bytes:
    """A PNG whose head says it is so large; there is next to nothing in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def refusal(content: bytes) -> str:
    with pytest.raises(pictures.Refused) as refused:
        pictures.make(content)
    assert str(refused.value).endswith(".")
    return refused.value.reason


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_kind_becomes_the_same_picture_as_webp(format: str) -> None:
    made = pictures.make(drawn(format))
    assert (made.width, made.height) == (80, 40)
    image = opened(made.content).convert("RGB")
    assert near(image.getpixel((5, 20)), RED) and near(image.getpixel((75, 20)), BLUE)


def test_it_is_scaled_to_what_a_page_needs_and_never_made_larger() -> None:
    assert (lambda made: (made.width, made.height))(pictures.make(drawn("JPEG", (4000, 1000)))) == (1600, 400)
    assert pictures.make(drawn("JPEG", (3, 2))).width == 3


def test_where_and_when_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6  # the camera lay on its side: turned right by a quarter
    exif[Base.Make] = "A camera of Alice"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0)})
    content = drawn("JPEG", exif=exif, comment=b"Alice was here")
    assert b"Alice" in content
    made = pictures.make(content)
    image = opened(made.content)
    assert (made.width, made.height) == (40, 80)
    assert near(image.convert("RGB").getpixel((20, 5)), RED)
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info) and not image.getexif()
    assert b"Alice" not in made.content


def test_what_can_be_seen_through_stays_so() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(buffer, "PNG")
    pixel = opened(pictures.make(buffer.getvalue()).content).getpixel((5, 5))
    assert isinstance(pixel, tuple) and pixel[3] == 0


def test_colours_of_another_profile_and_of_print_become_those_of_a_screen() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert opened(pictures.make(drawn("JPEG", icc_profile=lab)).content).mode == "RGB"
    assert opened(pictures.make(drawn("JPEG", mode="CMYK")).content).mode == "RGB"
    nonsense = drawn("PNG", icc_profile=b"no profile at all")
    assert near(opened(pictures.make(nonsense).content).convert("RGB").getpixel((5, 5)), RED)


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    image = opened(pictures.make(buffer.getvalue()).content)
    assert getattr(image, "n_frames", 1) == 1
    assert near(image.convert("RGB").getpixel((5, 5)), RED)


def test_its_name_says_nothing_but_its_bytes_do() -> None:
    assert refusal(b"<?xml version='1.0'?><!-- a --><svg xmlns='http://www.w3.org/2000/svg'/>") == "svg"
    assert refusal(b"<svg onload='alert(1)'>") == "svg"
    assert refusal(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "heic"
    assert refusal(b"%PDF-1.7\n") == "not a picture"
    assert refusal(b"Only words.") == "not a picture"
    assert refusal(b"") == "empty"


def test_a_format_we_did_not_ask_for_is_not_even_tried() -> None:
    for format in ("TIFF", "BMP", "ICO", "PPM"):
        assert refusal(drawn(format)) == "not a picture"


def test_a_bomb_is_refused_by_its_head() -> None:
    assert refusal(claiming(50_000, 50_000)) == "too many pixels"
    assert refusal(claiming(60_000, 1)) == "too many pixels"
    assert refusal(claiming(8001, 8000)) == "too many pixels"
    assert refusal(b"\0" * (pictures.LARGEST_FILE + 1)) == "too large"


def test_a_file_that_ends_in_the_middle_is_damaged() -> None:
    whole = drawn("JPEG", (400, 400), quality=95)
    assert refusal(whole[: len(whole) // 2]) == "damaged"
    assert refusal(claiming(400, 400)[:-40]) == "damaged"
    assert refusal(b"GIF89a" + b"\xff" * 50) in ("damaged", "not a picture")


def test_a_picture_that_is_a_program_too_is_only_a_picture_afterwards() -> None:
    polyglot = drawn("GIF") + b"<script>alert(1)</script>PK\x03\x04"
    assert b"script" not in pictures.make(polyglot).content


@pytest.mark.django_db
def test_the_same_file_twice_is_one_picture() -> None:
    first, second = pictures.keep(drawn()), pictures.keep(drawn())
    assert first == second
    assert Picture.objects.count() == 1
    assert pictures.read(first).read()[:4] == b"RIFF"


@pytest.mark.django_db
def test_everybody_sees_it_without_a_cookie_and_may_keep_it() -> None:
    picture = pictures.keep(drawn())
    response = Client().get(picture.get_absolute_url())
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"] and "public" in response["Cache-Control"]
    assert not response.cookies and "Cookie" not in response.get("Vary", "")
    assert b"".join(response.streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_picture_that_is_not_there_is_not_found() -> None:
    picture = pictures.keep(drawn())
    assert Client().get(f"/pictures/{'0' * 64}.webp").status_code == 404
    storages["private"].delete(picture.file)
    assert Client().get(picture.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_what_nothing_shows_goes_after_a_day() -> None:
    logo, cover, unused = (pictures.keep(drawn(size=(size, 10))) for size in (10, 20, 30))
    make_organisation(logo=logo)
    make_campaign(picture=cover)
    assert pictures.expire(timezone.now()) == 0
    tomorrow = timezone.now() + timedelta(days=1, minutes=1)
    assert retention.anonymise_expired(tomorrow, dry_run=True).pictures_deleted == 1
    assert retention.anonymise_expired(tomorrow).pictures_deleted == 1
    assert set(Picture.objects.all()) == {logo, cover}
    assert not storages["private"].exists(unused.file)
    assert retention.anonymise_expired(tomorrow).pictures_deleted == 0


@pytest.mark.django_db
def test_a_file_without_its_row_goes_too() -> None:
    kept = pictures.keep(drawn())
    Picture.objects.filter(pk=kept.pk).delete()
    pictures.expire(timezone.now())
    assert storages["private"].exists(kept.file)  # its row may be written this very moment
    pictures.expire(timezone.now() + timedelta(days=2))
    assert not storages["private"].exists(kept.file)


def test_the_field_gives_the_bytes_and_refuses_what_is_too_large_unread() -> None:
    field = PictureField()
    assert field.clean(None) == b""
    assert field.clean(SimpleUploadedFile("a.exe", b"abc")) == b"abc"
    file = SimpleUploadedFile("a.png", b"abc")
    file.size = pictures.LARGEST_FILE + 1
    with pytest.raises(Exception, match="larger than 10 MB"):
        field.clean(file)
