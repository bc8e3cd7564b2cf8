"""How to get the same figures again, and what to cite."""

import json
import shlex
from collections.abc import Iterator

from platform.reporting.citations import bibliography
from platform.reporting.document import Block, CodeBlock, Folded, Paragraph, Section, TableBlock
from platform.reporting.study_facts import StudyFacts
from platform.study.identity import fold_seed
from platform.study.records import StudyRecord
from search_spaces.named import names_of_spaces

_REAL_DATA = ("--root", "DIR")
_FLOW_OPTIONS = {
    "estimator": "--estimator",
    "strategy": "--flow-strategy",
    "head_motion": "--head-motion",
    "pooling": "--pooling",
    "face_size": "--face-size",
    "regions": "--regions",
}


def reproduction_section(facts: StudyFacts) -> Section:
    """Command, revision, seeds and fingerprints."""
    return Section("reproduce", "How to reproduce", tuple(_reproduction(facts)))


def citation_section(keys: tuple[str, ...]) -> Section:
    """BibTeX of these works."""
    return Section("cite", "What to cite", (CodeBlock(bibliography(keys), "bibtex"),))


def _reproduction(facts: StudyFacts) -> Iterator[Block]:
    study = facts.state.study
    if study.command:
        yield Paragraph("The command that began this study:")
        yield CodeBlock(study.command, "sh")
    else:
        yield Paragraph(
            "The study began before commands were noted. What its journal says comes to this; add the options that "
            "name your data:"
        )
        yield CodeBlock(
            rebuilt_command(study, name=facts.name, num_configurations=max(1, len(facts.state.configurations))), "sh"
        )
    yield Paragraph(
        "Equal seeds give equal results with any number of workers, on one kind of processor and with the versions "
        "below; constraints.txt of that revision pins them and everything else."
        if study.scheduling == "reproducible"
        else "Scheduling was free-running: which configurations are asked depends on who is faster, so that the same "
        "command gives other configurations. Their folds give equal figures."
    )
    yield TableBlock(("what", "value"), tuple(_fingerprints(facts)))
    seeds = tuple((subject, str(fold_seed(study.seed, subject))) for subject in study.subjects)
    yield Folded("Subjects in their order, with the seeds of their folds", (TableBlock(("subject", "seed"), seeds),))
    yield Folded("Extraction settings", (CodeBlock(json.dumps(study.extraction, indent=2), "json"),))
    yield Folded("The space as it was declared", (CodeBlock(json.dumps(study.space, indent=2), "json"),))


def _fingerprints(facts: StudyFacts) -> Iterator[tuple[str, str]]:
    study = facts.state.study
    yield "revision of the software", study.revision or "not noted"
    yield "dataset", study.dataset
    yield "fingerprint of recordings and annotations", study.dataset_digest
    yield "seed of the study", str(study.seed)
    yield "identity of the study", study.identity or "not noted"
    yield from ((f"version of {name}", version) for name, version in study.versions.items())
    others = {
        f"{name} {version}"
        for one in facts.state.configurations.values()
        for fold in one.folds.values()
        for name, version in fold.versions.items()
        if study.versions.get(name, version) != version
    }
    if others:
        yield "folds that ran with other versions", ", ".join(sorted(others))


def rebuilt_command(study: StudyRecord, *, name: str, num_configurations: int) -> str:
    """The command of a search from what its journal says; the journal knows no folders."""
    given = ["--dataset", study.dataset]
    if study.dataset != "demo":
        given += _REAL_DATA
    space = study.space["name"]
    given += ["--space", space if space in names_of_spaces() else "FILE"]
    given += ["--study", name, "--seed", str(study.seed), "--sampler", study.sampler]
    if not study.space.get("every_point"):
        given += ["--racing", study.racing, "--configurations", str(num_configurations)]
    given += ["--scheduling", study.scheduling, "--lag", str(study.lag)]
    if study.stack_folds > 1:
        given += ["--stack-folds", str(study.stack_folds)]
    for prior in study.prior_studies:
        given += ["--from", prior]
    for setting, option in _FLOW_OPTIONS.items():
        if setting in study.extraction:
            given += [option, str(study.extraction[setting])]
    return shlex.join(["python", "-m", "platform.search", *given])
