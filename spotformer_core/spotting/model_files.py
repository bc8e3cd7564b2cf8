"""A trained network on disk, with everything that is needed to use it: numbers and JSON, nothing that is executed.

    <folder>/weights.safetensors   the state of the network
    <folder>/model.json            configuration, decoding, the flow and frame rate it must be fed, its origin
    <folder>/README.md             the model card, where the platform wrote one; not read here

The folder appears whole or not at all. `model.json` knows the digest of the weights, so that files of two models that
were mixed are noticed.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spotformer_core.config import Configuration, DecodingConfig
from spotformer_core.earlier_parameters import current_parameters
from spotformer_core.errors import InvalidValueError, ModelError, require
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.limited_files import read_limited, require_regular
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.tensor_files import read_tensors, write_tensors

FORMAT = 1
"""Raised with every change that older software cannot read."""
DESCRIPTION_FILE = "model.json"
WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "README.md"
_MOST_DESCRIPTION_BYTES = 16 << 20
_DECODING_FIELDS = frozenset(one.name for one in fields(DecodingConfig))


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelDescription:
    """Everything about a trained network but its weights.

    Attributes:
        configuration: with the apex thresholds that proposals are made at.
        extraction: the settings of the flow that it was trained on, as plain JSON values.
        frames_per_second: of the recordings that it was trained on; others are resampled to it.
        origin: what it was trained on and how, as plain JSON values; only told, never used.
    """

    configuration: Configuration
    extraction: Mapping[str, Any]
    frames_per_second: float
    origin: Mapping[str, Any]

    def __post_init__(self) -> None:
        require(
            0 < self.frames_per_second < float("inf"),
            "frames_per_second of a model",
            "a number greater than 0",
            self.frames_per_second,
            "Give that of the recordings it was trained on.",
        )

    def extraction_settings(self) -> ExtractionSettings:
        """The settings to extract flow with for this network.

        Raises:
            ModelError: when it was trained on flow that this software cannot extract.
        """
        try:
            return ExtractionSettings.from_dict(self.extraction)
        except InvalidValueError as error:
            raise ModelError(
                f"a model can be used on frames only if its flow can be extracted here, got: {error} "
                "Feed it flow bands of that kind, or train it again on extracted flow."
            ) from error


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StoredModel:
    """A trained network, in evaluation mode on the CPU, and its description.

    Attributes:
        digest: sixteen hexadecimal digits that differ when a weight differs.
    """

    network: SpotFormer
    description: ModelDescription
    digest: str


def write_model(folder: Path, network: SpotFormer, description: ModelDescription, *, card: str = "") -> None:
    """Puts the model at `folder`, in place of a model that was there.

    Args:
        card: Markdown for people; no file is written when it is empty.

    Raises:
        ModelError: when something else than a model is there.
        OSError: when it cannot be written, for instance on a full disk; a model that was there is kept then.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / DESCRIPTION_FILE).exists():
        raise ModelError(
            f"a model must be written to a new folder, or in place of another model, got {folder}, which holds "
            "something else. Name another folder."
        )
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}.part")
    try:
        temporary.mkdir(parents=True)
        write_tensors(temporary / WEIGHTS_FILE, network.state_dict(), {})
        document = _as_json(description, digest=_digest(temporary / WEIGHTS_FILE))
        (temporary / DESCRIPTION_FILE).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        if card:
            (temporary / CARD_FILE).write_text(card, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        temporary.replace(folder)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(temporary)
        raise


def read_model(folder: Path) -> StoredModel:
    """The model that `write_model` wrote.

    Raises:
        ModelError: when a file is missing, damaged, or written by another version.
    """
    document = _read_document(folder)
    path = folder / WEIGHTS_FILE
    try:
        require_regular(path)
        description = _description(document)
        digest = _digest(path)
        state = read_tensors(path).tensors
    except FileNotFoundError:
        raise ModelError(f"a model must have its weights, got no {path}. Copy the whole folder again.") from None
    except (InvalidValueError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(folder, error) from error
    if digest != document["weights"]:
        raise _damaged(folder, f"weights with the digest {digest} instead of {document['weights']}")
    network = SpotFormer(description.configuration.model)
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise _damaged(folder, str(error).splitlines()[0]) from error
    return StoredModel(network=network.eval(), description=description, digest=digest)


def _as_json(description: ModelDescription, *, digest: str) -> dict[str, Any]:
    parameters = description.configuration.parameters()
    return {
        "format": FORMAT,
        "weights": digest,
        "frames_per_second": description.frames_per_second,
        "configuration": {name: value for name, value in parameters.items() if name not in _DECODING_FIELDS},
        "decoding": {name: value for name, value in parameters.items() if name in _DECODING_FIELDS},
        "extraction": dict(description.extraction),
        "origin": dict(description.origin),
    }


def _description(document: Mapping[str, Any]) -> ModelDescription:
    return ModelDescription(
        configuration=Configuration.from_parameters(
            current_parameters({**document["configuration"], **document["decoding"]})
        ),
        extraction=dict(document["extraction"]),
        frames_per_second=float(document["frames_per_second"]),
        origin=dict(document["origin"]),
    )


def _read_document(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION_FILE
    try:
        document = json.loads(read_limited(path, most_bytes=_MOST_DESCRIPTION_BYTES))
        found = document["format"]
    except FileNotFoundError:
        raise ModelError(
            f"a model must be a folder with {DESCRIPTION_FILE} and {WEIGHTS_FILE}, got no {path}. "
            "Name the folder of a model."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(folder, error) from error
    if found != FORMAT:
        raise ModelError(
            f"a model must be of format {FORMAT}, got format {found!r} in {path}. Use the version that wrote it, or "
            "train it again."
        )
    return dict(document)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()


def _damaged(folder: Path, reason: object) -> ModelError:
    return ModelError(f"{folder} must be an undamaged model, got: {reason!s}. Copy the whole folder again.")
