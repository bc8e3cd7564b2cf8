"""How to reproduce a study and what to cite: facts in, text out."""

import pytest

from platform.reporting.citations import all_entries, bibliography, cited_keys
from platform.reporting.document import Document
from platform.reporting.document_markdown import as_markdown
from platform.reporting.sections.reproduction import rebuilt_command, reproduction_section
from search_spaces.vocabulary import Space
from tests.reported_studies import complete_study, eventful_study, study_record


def text_of(section):
    return as_markdown(Document(title="", lead=(), sections=(section,)))


def test_how_to_reproduce_has_command_revision_seeds_and_fingerprints(facts_of):
    text = text_of(reproduction_section(facts_of(eventful_study())))

    assert "```sh\npython -m platform.search --dataset plain --root /data\n```" in text
    for value in ("a" * 40, "00ff00ff00ff00ff", "0123456789abcdef", "2.13.0"):
        assert f"| {value} |" in text
    assert "| 006 | " in text
    assert '"estimator": "farneback"' in text


def test_a_study_from_before_commands_were_noted_has_its_command_rebuilt(facts_of):
    study = study_record(command="", revision="", prior_studies=["older one"])
    text = text_of(reproduction_section(facts_of([study])))

    assert "The study began before commands were noted" in text
    assert rebuilt_command(study, name="made-up", num_configurations=1) in text
    assert rebuilt_command(study, name="made-up", num_configurations=3) == (
        "python -m platform.search --dataset plain --root DIR --space FILE --study made-up --seed 7 --sampler tpe "
        "--racing off --configurations 3 --scheduling reproducible --lag 2 --from 'older one' --estimator farneback "
        "--pooling mdmo --face-size 320"
    )


def test_a_rebuilt_command_is_one_that_the_search_takes():
    from platform.search import parser

    study = study_record(dataset="demo", space=Space(name="demo", description=""), stack_folds=4)
    words = rebuilt_command(study, name="x", num_configurations=2).split()[3:]

    options = parser().parse_args(words)
    assert (options.space, options.seed, options.configurations, options.face_size) == ("demo", 7, 2, 320)
    assert options.stack_folds == 4


def test_folds_that_ran_with_other_versions_are_told(facts_of):
    records = complete_study(1, versions={"python": "3.11.7", "torch": "2.12.0"})

    assert "folds that ran with other versions | torch 2.13.0" in text_of(reproduction_section(facts_of(records)))


def test_every_work_has_a_whole_entry_under_its_own_key():
    for key, entry in all_entries().items():
        assert entry.startswith("@")
        assert entry.count("{") == entry.count("}")
        assert f"{{{key},\n" in entry
        assert all(f"\n  {field} = {{" in entry for field in ("author", "title", "year"))


def test_what_is_cited_follows_the_study():
    study = study_record(dataset="samm-lv", sampler="nsga-ii")
    keys = cited_keys(study, dataset="samm-lv", tells_importance=True, detected_landmarks=True)

    assert {"Deng2024", "Yap2020", "Li2021", "Tsamardinos2018", "Farneback2003", "Liu2015", "Deb2002"} <= set(keys)
    assert {"Watanabe2023", "Hutter2014", "Guo2022", "Akiba2019", "Moritz2018", "Zaharia2018"} <= set(keys)
    assert len(set(keys)) == len(keys)
    assert bibliography(keys).count("\n@") == len(keys) - 1
    fewer = cited_keys(study, dataset="plain", tells_importance=False, detected_landmarks=False)
    assert not {"Yap2020", "Watanabe2023", "Guo2022"} & set(fewer)


@pytest.mark.parametrize(
    ("fixed", "cited"), [({}, True), ({"contrastive_lambda": 0.0}, False)], ids=["usual", "switched off"]
)
def test_the_contrastive_loss_is_cited_where_it_is_used(fixed, cited):
    study = study_record(space=Space(name="s", description="", fixed=fixed))

    assert ("Khosla2020" in cited_keys(study, dataset="", tells_importance=False, detected_landmarks=False)) == cited
