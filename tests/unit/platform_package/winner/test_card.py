"""What a model card says."""

import json
import re


def test_a_card_tells_data_figures_thresholds_and_terms(study):
    card = study.order().card

    assert card.startswith("# SpotFormer c0000 of the study toy-study\n")
    assert "toy: 2 recordings of 2 subjects, 120 frames at 30 per second, 2 macro and 1 micro expressions" in card
    # Two of three truths are found and one proposal finds nothing: F1 = 4 / 6.
    assert re.search(r"\| overall \| 0\.6667 \(0\.\d{3}, \d\.\d{3}\) \| 0\.6667 \(", card)
    assert re.search(r"Best of 1: c0000, honest overall F1 \d\.\d{4}; nothing was selected", card)
    assert "(0.5 for macro, 0.5 for micro)" in card
    assert "no F1 of its own" in card
    assert "`buffalo_l` among them, are for non-commercial research only" in card


def test_only_rendered_recordings_carry_the_warning(study):
    assert "Rendered recordings" not in study.order().card
    assert "Do not use it on people" in study.order(is_rendered=True).card


def test_the_settings_on_a_card_are_those_of_the_model(study):
    order = study.order()

    settings = json.loads(order.card.partition("```json\n")[2].partition("\n```")[0])

    assert settings == {"configuration": order.configuration.parameters(), "flow": dict(order.description.extraction)}
