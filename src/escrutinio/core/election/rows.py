"""What a state has by the thousand, in columns: the bulk entries of a contest, and the steps of machines.

A table holds what entries say; which of its rows counts where is said by the state.
"""

import numpy as np
from numpy.typing import NDArray

from escrutinio.base.dataclass import dataclass
from escrutinio.core.election.roll import Roll


@dataclass(frozen=True, eq=False)
class SheetTable:
    """The bulk entries that speak of one contest, one row each, in log order.

    Entries whose signature does not hold, or whose key was not in force, are no rows: they are findings.

    `index` int64: log index. `kind` uint8: record type (`types.TallySheet.TYPE`, …). `station` int32:
    number in the roll, -1 where the roll does not have it. `signer` int32: index into
    `ElectionState.signers`. `basis` int16: index into `ElectionState.bases`, -1 for none. `status` uint8:
    a `state.Status`, within that basis.

    `counts` uint32 [rows, options]; `classes` int64 [rows, classes], ballots of each class that is not a
    valid vote. `valid` ballots (stated where one may have several marks), `ballots` (as the sheet adds up
    itself, the vouchers of a hand count), `voters`, `supplement` (voters beyond the list), `spoilt`,
    `registered` int64. All of these are -1 where not stated. `issued_at` int64: seconds since 1970-01-01 UTC,
    as the signer claims.

    `form` uint8: how a copy was read (`codes.Form`), 255 for other kinds. `digest`, `original` and `opened`
    int32: indices into `ElectionState.digests`, -1 for none: of a zero report's software, a hand count's
    audit commitment or the ruling that a board's sheet follows; of the record that a copy names as its signed
    original, or a hand count as the one that it corrects; and of the commitment to a hand count that this one
    opens with its salt. `record` int32 likewise: of the entry itself, where another record names it.

    `selectable`: whether a ruling may select it, whatever its sums. `class_codes`: the columns of `classes`.
    """

    index: NDArray[np.int64]
    kind: NDArray[np.uint8]
    station: NDArray[np.int32]
    signer: NDArray[np.int32]
    basis: NDArray[np.int16]
    status: NDArray[np.uint8]
    counts: NDArray[np.uint32]
    classes: NDArray[np.int64]
    valid: NDArray[np.int64]
    ballots: NDArray[np.int64]
    voters: NDArray[np.int64]
    supplement: NDArray[np.int64]
    spoilt: NDArray[np.int64]
    registered: NDArray[np.int64]
    issued_at: NDArray[np.int64]
    form: NDArray[np.uint8]
    original: NDArray[np.int32]
    opened: NDArray[np.int32]
    digest: NDArray[np.int32]
    record: NDArray[np.int32]
    selectable: NDArray[np.bool_]
    class_codes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.index)

    def of_class(self, code: str) -> NDArray[np.int64]:
        """The ballots of a class in each row, int64 [rows]: zeros where it is not stated, or is none."""
        if code not in self.class_codes:
            return np.zeros(len(self), np.int64)
        return np.maximum(self.classes[:, self.class_codes.index(code)], 0)

    @property
    def others(self) -> NDArray[np.int64]:
        """The ballots of all classes in each row, int64 [rows]; one that is not stated adds nothing."""
        total: NDArray[np.int64] = np.maximum(self.classes, 0).sum(axis=1)
        return total

    def registered_at(self, roll: Roll) -> NDArray[np.int64]:
        """Registered voters at each row's station by the roll; else as the row states; else -1."""
        if not len(roll):
            return self.registered
        known = np.where(self.station >= 0, roll.registered[self.station], -1)
        return np.where(known >= 0, known, self.registered)


@dataclass(frozen=True, eq=False)
class MachineTable:
    """Steps in the lives of the machines, one row each, by machine and then in log order.

    `machine` int32: index into `machines`, which are names of signers. `index` int64: log index of the
    lifecycle record. `step` uint8: `codes.Step`. `station` int32: number in the roll, -1 if none is named.
    `software` int32: index into `ElectionState.digests`, -1 for none.
    """

    machines: tuple[str, ...]
    machine: NDArray[np.int32]
    index: NDArray[np.int64]
    step: NDArray[np.uint8]
    station: NDArray[np.int32]
    software: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.index)
