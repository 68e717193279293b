"""Checks file and function lengths, file names, and a short list of forbidden calls.

Prints the median and the 90th percentile of file lengths, so that a trend is seen.
"""
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_FILE = 500
MAX_HEADER = 300
MAX_FUNCTION = 60
BAD_NAME = re.compile(r"(^|/)(utils?|helpers?|common|misc|manager|stuff)(/|\.|_)", re.I)

# Pattern -> what to use instead. Applied to src/ and include/.
FORBIDDEN = {
    r"\bnew [A-Za-z_:]+[\[({]": "std::make_unique or a container",
    r"\b(malloc|calloc|realloc)\(": "std::vector",
    r"\b(atoi|atol|atof|strtol|strtod|sscanf)\(": "std::from_chars",
    r"\b(sprintf|strcpy|strcat)\(": "fmt::format",
    r"using namespace (?!std::\w*literals)": "names written out",
    r"std::(cout|cerr)\b": "base/log.h in libraries, fmt::print in cli",
    r"\bassert\(": "raise(ErrorKind::...): input may be hostile",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "finished work",
}


def sources() -> list[pathlib.Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def long_functions(path: pathlib.Path) -> list[str]:
    """Functions start at column 0 or two spaces and end at the brace of the same indent (clang-format)."""
    found, start, indent = [], None, ""
    lines = path.read_text().split("\n")
    for number, line in enumerate(lines, 1):
        if start is None:
            opens = re.match(r"^ *(?! |namespace|struct|class|enum|union|extern|const|constexpr|static const|\}|//|#).*[)a-z] \{$", line)
            if opens:
                start = number
                # The last line of a long signature stands far to the right of its function.
                first = next(i for i in range(number - 1, -1, -1) if re.match(r" {0,2}\S", lines[i]))
                indent = re.match(r" *", lines[first]).group()
        elif line.startswith(indent + "}") and not line.startswith(indent + "} "):
            if number - start > MAX_FUNCTION:
                found.append(f"{path.relative_to(ROOT)}:{start}: a function of {number - start} lines, at most {MAX_FUNCTION}")
            start = None
    return found


def main() -> int:
    found, lengths = [], []
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        # gloo's own folder names, which a header of torch includes.
        if BAD_NAME.search(name) and not name.startswith("src/train/run/gloo/"):
            found.append(f"{name}: the name says nothing; use a noun of the domain")
        if path.suffix not in (".h", ".cpp", ".py"):
            continue
        text = path.read_text()
        count = text.count("\n")
        if path.suffix in (".h", ".cpp"):
            lengths.append(count)
            limit = MAX_HEADER if path.suffix == ".h" else MAX_FILE
            if count > limit:
                found.append(f"{name}: {count} lines, at most {limit}")
        if path.suffix == ".cpp":
            found += long_functions(path)
        if name.startswith(("src/", "include/")):
            for number, line in enumerate(text.split("\n"), 1):
                code = line.split("//")[0] if "TODO" not in line else line
                for pattern, instead in FORBIDDEN.items():
                    if re.search(pattern, code) and "lint: allow" not in line:
                        found.append(f"{name}:{number}: {line.strip()[:60]} -> {instead}")
    lengths.sort()
    print("\n".join(found) if found else "sizes: clean")
    print(f"{len(lengths)} C++ files, {sum(lengths)} lines, median {statistics.median(lengths):.0f}, "
          f"90th percentile {lengths[int(len(lengths) * 0.9)]}, longest {lengths[-1]}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
