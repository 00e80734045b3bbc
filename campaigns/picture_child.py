"""The process in which one image is made anew: its bytes come by stdin, what becomes of them leaves by stdout.

Run by its path, isolated (`python -I`), with the limits as JSON in its one argument. The answer is a JSON frame
`{"width", "height"}` and a frame of WebP, or `{"refused": why}` alone. Confined as where letters are rendered.
"""

import importlib.util
import io
import json
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # Pillow's names; a picture of a phone with a second one in it is a JPEG too
QUALITY = 82


class Unusable(Exception):
    pass


def _confinement() -> ModuleType:
    # By its path, for its package would bring Django and the settings.
    path = Path(__file__).resolve().parent.parent / "letters" / "pdf" / "child.py"
    spec = importlib.util.spec_from_file_location("confinement", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def made_anew(content: bytes, asked: dict[str, Any]) -> tuple[bytes, int, int]:
    """WebP without any metadata, its width and its height in pixels. Raises Unusable with a word for why."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise Unusable("too many pixels") from error
    except UnidentifiedImageError as error:
        raise Unusable("not a picture") from error
    width, height = image.size  # as its head says; nothing is decoded yet
    if width * height > asked["pixels"] or max(width, height) > asked["side"]:
        raise Unusable("too many pixels")
    image.draft("RGB", (asked["longest"], asked["longest"]))  # of a JPEG, no more is decoded than is needed
    image.load()  # the first frame of several
    plain = in_srgb(ImageOps.exif_transpose(image))
    plain.thumbnail((asked["longest"], asked["longest"]), Image.Resampling.LANCZOS)
    # Pasted onto a sheet of its own: what the file said beside its pixels stays behind.
    sheet = Image.new(plain.mode, plain.size)
    sheet.paste(plain)
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue(), *sheet.size


def in_srgb(image: Any) -> Any:
    """As RGB, or RGBA where some of it can be seen through."""
    from PIL import ImageCms

    if profile := image.info.get("icc_profile"):
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode in ("RGB", "RGBA", "L", "CMYK"):
                wanted = "RGBA" if image.mode == "RGBA" else "RGB"
                return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=wanted)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that says nothing: the colours are taken as they are
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _answer(content: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        body, width, height = made_anew(content, asked)
    except Unusable as reason:
        return {"refused": str(reason)}, b""
    except MemoryError:
        return {"refused": "too many pixels"}, b""
    except Exception as error:  # each decoder has errors of its own
        return {"refused": "damaged", "fault": type(error).__name__}, b""
    return {"width": width, "height": height}, body


def _warm_up(asked: dict[str, Any]) -> None:
    """All that is loaded when it is first needed is loaded now: later no file can be opened."""
    from PIL import Image, ImageCms, MpoImagePlugin, WebPImagePlugin  # noqa: F401  # the rest is loaded at the first use

    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = asked["pixels"]
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in FORMATS:
        buffer = io.BytesIO()
        Image.new("RGB", (2, 2)).save(buffer, name, icc_profile=profile)
        made_anew(buffer.getvalue(), asked)


def main() -> None:
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    asked = json.loads(sys.argv[1])
    confinement = _confinement()
    confinement.die_with_parent()
    confinement.limit_memory(asked["memory_mb"])
    confinement.limit_cpu(asked["seconds"])
    _warm_up(asked)
    confinement.forbid()
    answer, body = _answer(sys.stdin.buffer.read(), asked)
    confinement.write_frame(stdout, json.dumps(answer).encode())
    confinement.write_frame(stdout, body)
    stdout.close()
    os._exit(0)  # nothing to tidy up


if __name__ == "__main__":
    main()
