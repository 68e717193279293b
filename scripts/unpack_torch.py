"""Takes libtorch out of the wheels in a folder: unpack_torch.py WHEELS TARGET.

TARGET/include and TARGET/lib get the headers and the libraries a CPU build links; the CUDA kernels of the
same wheel (1.5 GB) stay packed.
"""
import pathlib
import sys
import zipfile

LIBRARIES = {"libc10.so", "libtorch_cpu.so", "libtorch.so", "libgomp.so.1", "libgfortran.so.5",
             "libcudart.so.13", "libcupti.so.13"}


def main(wheels: pathlib.Path, target: pathlib.Path) -> None:
    for wheel in sorted(wheels.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith("torch/include/"):
                    place = target / name.removeprefix("torch/")
                elif name.rsplit("/", 1)[-1] in LIBRARIES and "/lib/" in name:
                    place = target / "lib" / name.rsplit("/", 1)[-1]
                else:
                    continue
                if name.endswith("/"):
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(name))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
