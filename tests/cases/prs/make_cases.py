#!/usr/bin/env python3
"""Makes the bad inputs beside it: one folder each with genotypes, score.txt and case.json."""
import json
import pathlib
import struct
import zlib

HERE = pathlib.Path(__file__).parent
COLUMNS = "chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight"
ROWS = "22\t100\tA\tG\t0.5\n22\t200\tT\tC\t0.25\n"


def pgs(rows=ROWS, build="GRCh37", columns=COLUMNS):
    return f"#pgs_id=PGS1\n#genome_build={build}\n{columns}\n{rows}"


def vcf(header="##contig=<ID=22,length=51304566>\n", body="22\t100\trs1\tG\tA\t.\t.\t.\tGT\t0/1\t1/1\n"
        "22\t200\trs2\tC\tT\t.\t.\t.\tGT\t0/0\t0/1\n"):
    return (f"##fileformat=VCFv4.2\n{header}##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
            f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\n{body}")


BIM = "22\trs1\t0\t100\tA\tG\n22\trs2\t0\t200\tT\tC\n"
FAM = "a a 0 0 0 -9\nb b 0 0 0 -9\n"


def bgen(length=None, block_samples=2, bits=8, layout=2):
    names = b"".join(struct.pack("<H", 1) + name for name in (b"a", b"b"))
    sample_block = struct.pack("<II", len(names) + 8, 2) + names
    flags = 1 | layout << 2 | 1 << 31
    data = struct.pack("<IIII", 20 + len(sample_block), 20, 1, 2) + b"bgen" + struct.pack("<I", flags) + sample_block
    block = struct.pack("<IHBB", block_samples, 2, 2, 2) + bytes([2, 2, 0, bits, 0, 255, 255, 0])
    stored = struct.pack("<I", len(block)) + zlib.compress(block)
    for word in (b"id1", b"rs1", b"22"):
        data += struct.pack("<H", len(word)) + word
    data += struct.pack("<IH", 100, 2)
    for allele in (b"G", b"A"):
        data += struct.pack("<I", len(allele)) + allele
    data += struct.pack("<I", len(stored)) + stored
    return data[:length]


def case(name, files, genotypes, kind, message):
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for file, content in {"score.txt": pgs(), **files}.items():
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    text = json.dumps({"input": genotypes, "kind": kind, "message": message}, indent=1)
    (folder / "case.json").write_text(text + "\n")


def bed(bytes_, **more):
    return {"a.bed": bytes_, "a.bim": BIM, "a.fam": FAM, **more}


WHOLE = b"\x6c\x1b\x01\x0e\x0e"
case("bed_cut_off", bed(WHOLE[:-1]), "a.bed", "malformed", "2 variants of 2 samples take 5: it is cut off")
case("bed_of_another_fam", bed(WHOLE, **{"a.fam": FAM * 3}), "a.bed", "malformed", "take 7")
case("bed_repeated_person", bed(WHOLE, **{"a.fam": FAM.replace("b b", "a a")}), "a.bed", "malformed", "sample 2 of 2")
case("bed_sample_major", bed(b"\x6c\x1b\x00\x0e\x0e"), "a.bed", "unsupported", "sample-major")
case("bim_without_position", bed(WHOLE, **{"a.bim": BIM.replace("200", "x")}), "a.bed", "malformed", "a.bim: line 2")
case("bgen_cut_off", {"a.bgen": bgen(-3)}, "a.bgen", "malformed", "cut off")
case("bgen_of_other_samples", {"a.bgen": bgen(block_samples=3)}, "a.bgen", "malformed", "3 samples")
case("bgen_no_bits", {"a.bgen": bgen(bits=0)}, "a.bgen", "malformed", "0 bits")
case("bgen_layout_1", {"a.bgen": bgen(layout=1)}, "a.bgen", "unsupported", "layout 1")
case("vcf_line_cut_off", {"a.vcf": vcf(body="22\t100\trs1\tG\tA\t.\t.\t.\tGT\t0/1\t1/1\n22\t200\trs2\n")}, "a.vcf",
     "malformed", "record 2 is damaged")
case("vcf_without_people", {"a.vcf": "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"}, "a.vcf",
     "malformed", "no samples")
case("vcf_of_four_copies", {"a.vcf": vcf(body="22\t100\trs1\tG\tA\t.\t.\t.\tGT\t0/1/1/1\t1/1\n"
                                         "22\t200\trs2\tC\tT\t.\t.\t.\tGT\t0/0\t0/1\n")}, "a.vcf", "unsupported",
     "at most 2")
case("wrong_build", {"a.vcf": vcf("##contig=<ID=22,length=50818468>\n")}, "a.vcf", "invalid_argument",
     "of GRCh37, the genotypes' of GRCh38")
case("zero_overlap", {"a.vcf": vcf(), "score.txt": pgs("22\t7\tA\tG\t1\n")}, "a.vcf", "invalid_argument",
     "0 of 1 variants are in the genotypes .*genome build")
case("little_overlap", {"a.vcf": vcf(), "score.txt": pgs(ROWS + "22\t7\tA\tG\t1\n")}, "a.vcf", "invalid_argument",
     "66.7 %.*75.0 %")
for flag in ("interaction", "haplotype", "diplotype"):
    case(f"score_{flag}", {"a.vcf": vcf(), "score.txt": pgs(ROWS.replace("\n", "\tTrue\n"),
                                                           columns=f"{COLUMNS}\tis_{flag}")}, "a.vcf", "unsupported",
         f"line 4: is_{flag} is true")
case("score_weight_is_no_number", {"a.vcf": vcf(), "score.txt": pgs(ROWS.replace("0.25", "x"))}, "a.vcf", "malformed",
     "line 5: the weight of PGS1 is no number")
case("score_without_weights", {"a.vcf": vcf(), "score.txt": "chr_name\tchr_position\teffect_allele\n22\t100\tA\n"},
     "a.vcf", "malformed", "no scoring file")
case("score_is_empty", {"a.vcf": vcf(), "score.txt": ""}, "a.vcf", "malformed", "no scoring file")
