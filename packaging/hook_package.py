"""Builds `hopxguard-hooks`, the empty package that brings the wheel of this version into a hook's environment.

A build backend as PEP 517 describes it, in the standard library alone.
"""

import base64
import hashlib
import pathlib
import zipfile

TOP = pathlib.Path(__file__).resolve().parent.parent
VERSION = (TOP / "VERSION").read_text().strip()
INFO = f"hopxguard_hooks-{VERSION}.dist-info"
FILES = {
    f"{INFO}/METADATA": (
        "Metadata-Version: 2.1\nName: hopxguard-hooks\n"
        f"Version: {VERSION}\nRequires-Python: >=3.9\nRequires-Dist: hopxguard=={VERSION}\n"),
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: hopxguard\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = f"hopxguard_hooks-{VERSION}-py3-none-any.whl"
    record = ""
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as archive:
        for path, text in FILES.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(text.encode())}\n"
        archive.writestr(f"{INFO}/RECORD", f"{record}{INFO}/RECORD,,\n")
    return name


build_editable = build_wheel
