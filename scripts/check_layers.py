"""Checks that includes go downward only, and that each third-party header stays in its component.

Layers, left to right: a folder may include itself and what stands to its left.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAYERS = ["base", "io", "net", "vision", "model", "engine", "report", "tasks", "eval", "serve", "train", "cli"]
# serve stands beside eval and train: neither may include the other. train measures with eval's metrics.
APART = [{"serve", "eval"}, {"serve", "train"}]

# Header pattern -> folders below src/ that may include it.
OWNERS = {
    r"dcmtk/": ["io/dicom", "report/dicom", "net/dimse"],
    r"openjpeg\.h|opj_config|charls/": ["io/dicom"],
    r"hpdf\.h": ["report"],
    r"openslide/|openslide\.h": ["io/slide"],
    r"nifti": ["io/volume"],
    r"htslib/|zstd\.h": ["io/genotype"],
    r"hdf5\.h|H5": ["io/store"],
    r"turbojpeg\.h|tiffio\.h": ["io/raster", "io/slide"],
    r"jpeglib\.h|png\.h|webp/|lcms2\.h": ["io/raster"],
    r"sqlite3\.h": ["io/sqlite"],
    r"llama\.h|ggml|gguf\.h": ["model", "engine"],
    r"cblas\.h": ["model"],
    r"sentencepiece": ["model"],
    r"simdjson": ["io/fhir/index"],
    r"curl/": ["net/http"],
    r"openssl/": ["base"],
    r"spdlog/": ["base"],
    r"nlohmann/": ["base"],
    r"torch/|c10/|ATen/": ["train"],
    r"httplib\.h": ["serve"],
    r"CLI/": ["cli"],
    r"toml\+\+|toml\.hpp": ["cli", "tasks"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def problems_of(path: pathlib.Path) -> list[str]:
    folder = path.relative_to(ROOT / "src").parent.as_posix()
    layer = folder.split("/")[0]
    found = []
    for quote, header in INCLUDE.findall(path.read_text()):
        if quote == '"':
            target = header.split("/")[0]
            if target not in LAYERS:
                found.append(f'{path}: "{header}" names no layer; include from the root of src/')
            elif LAYERS.index(target) > LAYERS.index(layer) or (
                target != layer and {target, layer} in APART
            ):
                found.append(f"{path}: {layer} may not include {target} ({header})")
            continue
        for pattern, owners in OWNERS.items():
            if re.match(pattern, header) and not any(
                folder == owner or folder.startswith(owner + "/") for owner in owners
            ):
                found.append(f"{path}: <{header}> belongs to {', '.join(owners)}")
    return found


def public_header_problems(path: pathlib.Path) -> list[str]:
    found = []
    for quote, header in INCLUDE.findall(path.read_text()):
        is_ours = header.startswith("galen/")
        is_standard = re.fullmatch(r"[a-z_0-9]+", header) is not None
        if quote == '"' or not (is_ours or is_standard):
            found.append(f"{path}: a public header includes only <galen/...> and the standard library, not {header}")
    return found


def main() -> int:
    found = []
    for path in sorted((ROOT / "src").rglob("*.[hc]*")):
        if path.suffix in (".h", ".cpp"):
            found += problems_of(path)
    for path in sorted((ROOT / "include").rglob("*.h")):
        found += public_header_problems(path)
    print("\n".join(found) if found else "layers: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
