"""Puts the binary into the wheel as its command, and names the platforms that it runs on.

The binary is static, so that a wheel for Linux depends on no C library and installs on glibc and musl alike. A second
wheel has libhopxguard.so too and needs the glibc that HOPXGUARD_GLIBC names; pip prefers it where it runs.
"""

import os
import platform
import zipfile
from pathlib import Path

import deflate
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def platform_tag() -> str:
    machine = platform.machine()
    if platform.system() == "Darwin":
        release = os.environ.get("MACOSX_DEPLOYMENT_TARGET", platform.mac_ver()[0]).split(".")[0]
        return f"macosx_{release}_0_{machine}"
    if "HOPXGUARD_LIBRARY" in os.environ:
        return f"manylinux_2_{os.environ['HOPXGUARD_GLIBC']}_{machine}"
    return f"manylinux_2_17_{machine}.musllinux_1_2_{machine}"


class SmallestDeflate:
    """A compressor for zipfile that looks at a file as a whole: 3 % less than zlib's best."""

    def __init__(self) -> None:
        self.content = bytearray()

    def compress(self, data: bytes) -> bytes:
        self.content += data
        return b""

    def flush(self) -> bytes:
        return bytes(deflate.deflate_compress(bytes(self.content), 12))


def compressor(method: int, level: "int | None" = None) -> "SmallestDeflate | None":
    return SmallestDeflate() if method == zipfile.ZIP_DEFLATED else None


class WheelBuild(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        payload = os.environ.get("HOPXGUARD_PAYLOAD")
        if payload is None:
            raise SystemExit("build the wheel with `make wheel`: the binary has to be there first")
        folder = Path(payload)
        # The only way: hatchling takes no compressor. Where Python has no such function, wheels are larger.
        zipfile._get_compressor = compressor
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_tag()}"
        build_data["shared_scripts"] = {str(folder / "hopxguard"): "hopxguard"}
        if "HOPXGUARD_LIBRARY" in os.environ:
            build_data["force_include"] = {os.environ["HOPXGUARD_LIBRARY"]: "hopxguard/libhopxguard.so"}
        build_data["sbom_files"] = [str(folder / "hopxguard.cdx.json")]
        build_data["extra_metadata"] = {str(folder / "THIRD-PARTY.txt"): "THIRD-PARTY.txt"}
