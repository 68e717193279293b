#!/usr/bin/env python3
"""clang-tidy; prints findings and exits 1 if there are any.

usage: tidy.py          all of src/ and apps/ but the files that use torch
       tidy.py --torch  those, half a minute each (`make lint-train`)
       tidy.py FILE...  these

A file that was clean is not looked at again until it, a header of ours that it includes, its command
line or the configuration changes: what is known lies in ~/.cache/galen/tidy. Files that use torch share a
precompiled header made by clang, which cannot read the compiler's own. Needs a finished build/dev.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD, LINT = ROOT / "build/dev", ROOT / "build/lint"
KNOWN = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "galen/tidy"
GCC_HEADER = re.compile(r" -include (\S*cmake_pch\.hxx)")


def clang_commands() -> list[dict]:
    """The compile commands, with clang's precompiled header in the place of the compiler's."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    made = LINT / "torch.pch"
    for entry in commands:
        command = entry["command"].replace(" -fpch-preprocess", "")
        if (header := GCC_HEADER.search(command)) and "/src/" in entry["file"]:
            if not made.exists():
                flags = re.findall(r" (?:-[DOf]\S+|-idirafter \S+|-std=\S+)", command)
                run(["clang++-14", *" ".join(flags).split(), "-x", "c++-header", header[1], "-o", str(made)])
            command = GCC_HEADER.sub(f" -include-pch {made}", command)
        entry["command"] = command
    return commands


def run(command: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def headers_of() -> dict[str, list[pathlib.Path]]:
    """Which files of ours each object was made of, as the build knows it."""
    headers, target = {}, ""
    for line in run(["ninja", "-C", str(BUILD), "-t", "deps"]).stdout.splitlines():
        if line and not line.startswith(" "):
            target = line.split(":")[0]
            headers[target] = []
        elif line:
            path = pathlib.Path(BUILD, line.strip()).resolve()
            if path.is_relative_to(ROOT) and not path.is_relative_to(BUILD):
                headers[target].append(path)
    return headers


def state(entry: dict, headers: list[pathlib.Path], version: str) -> str:
    """What a finding depends on, as a hash."""
    digest = hashlib.sha256((version + entry["command"].replace(str(ROOT), "")).encode())
    source = pathlib.Path(entry["file"])
    configurations = [folder / ".clang-tidy" for folder in source.parents if folder.is_relative_to(ROOT)]
    for path in sorted({source, *headers, *filter(pathlib.Path.exists, configurations)}):
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def findings(entry: dict, known: pathlib.Path) -> str:
    if known.exists():
        return ""
    result = run(["clang-tidy-14", "-p", str(LINT), "--quiet", entry["file"]])
    if result.returncode == 0:
        known.touch()
        return ""
    return result.stdout or result.stderr


def main() -> int:
    LINT.mkdir(parents=True, exist_ok=True)
    KNOWN.mkdir(parents=True, exist_ok=True)
    commands = clang_commands()
    (LINT / "compile_commands.json").write_text(json.dumps(commands))
    wanted = {str(ROOT / name) for name in sys.argv[1:]}
    with_torch = "--torch" in sys.argv
    ours = [e for e in commands if e["file"].startswith((f"{ROOT}/src/", f"{ROOT}/apps/"))]
    if with_torch or not wanted:
        chosen = [e for e in ours if ("-include-pch" in e["command"]) == with_torch]
    else:
        chosen = [e for e in ours if e["file"] in wanted]
    headers, version = headers_of(), run(["clang-tidy-14", "--version"]).stdout
    work = [(e, KNOWN / state(e, headers.get(e["command"].split(" -o ")[1].split()[0], []), version)) for e in chosen]
    fresh = sum(not known.exists() for _, known in work)
    print(f"tidy: {len(work)} files, {fresh} of them new or changed", file=sys.stderr)
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(findings, *zip(*work)):
            print(text, end="", flush=True)
            clean = clean and not text
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
