"""What the tables of the releases are known to hold that needs repair, and the totals of each subject.

Counted in the tables themselves: SAMM_LongVideos V1 to V3 (equal onsets and offsets), CAS(ME)^2code_final, and
CAS(ME)3_part_A_v2. Where public code counts too (SoftNet, LGSNet, the MEGC2020 baseline) the figures agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from spotformer_core.datasets.dataset_names import CAS_ME_2, CAS_ME_3, SAMM_LV


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRepairs:
    """Rows of a complete table that have what is no fault there.

    Attributes:
        apex_outside: before the onset or after an annotated offset.
        apex_at_an_end: on the onset or on the offset.
        odd_lengths: micro-expressions longer than half a second and macro-expressions that are not.
        half_second: in frames of the table, from onset to offset; None where the rate is not known.
        past_end: rows that end past the frames on disk.
    """

    onset_zero: int = 0
    offset_zero: int = 0
    apex_missing: int = 0
    apex_outside: int = 0
    apex_at_an_end: int = 0
    fractions: int = 0
    odd_lengths: int = 0
    half_second: float | None = None
    past_end: int = 0
    numbers_as_text: int = 0
    capital_letters: int = 0


KNOWN_REPAIRS: Mapping[str, KnownRepairs] = {
    SAMM_LV: KnownRepairs(onset_zero=10, apex_missing=6, fractions=178, half_second=100, past_end=3),
    CAS_ME_2: KnownRepairs(offset_zero=44, apex_missing=1, apex_outside=3, odd_lengths=2, half_second=15),
    CAS_ME_3: KnownRepairs(
        onset_zero=2, apex_at_an_end=56, odd_lengths=572, half_second=15, numbers_as_text=4206, capital_letters=5
    ),
}
"""By the name of the dataset."""


@cache
def subject_totals(dataset: str) -> Mapping[str, tuple[int, int]]:
    """Macro- and micro-expressions of every annotated subject of a release; nothing for other datasets."""
    entries = (entry.split(":") for entry in _SUBJECT_TOTALS.get(dataset, "").split())
    return {
        f"{_SUBJECT_PREFIX[dataset]}{subject}": (int(macro), int(micro))
        for subject, (macro, micro) in ((subject, counts.split("+")) for subject, counts in entries)
    }


_SUBJECT_PREFIX = {SAMM_LV: "", CAS_ME_2: "s", CAS_ME_3: "spNO."}
_SUBJECT_TOTALS = {
    SAMM_LV: """
        006:23+11 007:5+10 008:5+0 009:6+4 010:19+4 011:49+20 012:9+3 013:14+6 014:20+11 015:15+3 016:11+5 017:6+6
        018:22+4 019:14+3 020:23+9 021:2+2 022:7+5 023:1+1 024:7+1 025:6+4 026:8+13 028:2+3 030:5+3 031:0+1 032:10+6
        033:11+5 034:4+3 035:13+9 036:17+1 037:9+3
    """,
    CAS_ME_2: """
        15:15+2 16:46+8 19:4+1 20:3+0 21:2+0 22:16+0 23:8+3 24:24+8 25:5+4 26:6+0 27:32+11 29:0+1 30:17+2 31:26+6
        32:48+6 33:4+0 34:3+0 35:0+2 36:4+0 37:21+2 38:11+1 40:5+0
    """,
    CAS_ME_3: """
        1:15+10 2:56+10 3:34+13 4:32+6 5:4+6 6:11+5 7:23+4 8:37+15 9:4+3 10:15+15 11:49+20 12:31+5 13:39+5 14:25+3
        15:12+8 16:5+0 17:14+3 39:19+5 40:68+11 41:21+1 42:48+15 77:42+8 138:3+1 139:4+1 140:10+0 142:75+16 143:16+2
        144:74+13 145:25+2 146:47+2 147:82+4 148:48+29 149:56+5 150:24+15 151:39+0 152:98+6 153:33+12 154:17+2
        155:21+2 156:10+13 157:41+6 158:20+3 159:7+1 160:110+57 161:31+1 162:30+8 163:45+1 165:54+10 166:20+4
        167:19+4 168:9+1 169:84+19 170:29+2 171:44+31 172:36+10 173:1+1 174:31+4 175:25+5 176:39+3 177:31+3 178:10+2
        179:64+6 180:32+4 181:50+19 182:53+3 183:15+2 184:47+17 185:14+1 186:61+5 187:47+4 188:8+3 189:86+54 190:18+6
        192:22+4 193:10+10 194:46+16 195:41+6 196:19+6 197:22+15 198:18+1 200:30+5 201:44+11 202:23+12 203:45+6
        204:33+9 206:15+23 207:55+24 208:54+16 209:22+6 210:79+22 211:9+2 212:18+8 213:17+1 214:9+5 215:96+33
        216:77+14 217:43+9 218:2+0
    """,
}
