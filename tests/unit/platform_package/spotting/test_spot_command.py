"""Mistakes on the command line of `python -m platform.spot`, told before any work."""

import pytest

from platform.console.command import run_command
from platform.spot import main, parser


@pytest.fixture
def spot(tmp_path, model, make_order, capsys):
    """The exit code and what was said, of a command with a model, a video and landmarks that are all right."""
    video = make_order().video.source

    def call(*more: str) -> tuple[int, str]:
        options = {"--model": model, "--landmarks": tmp_path / "csv", "--out": tmp_path / "out"}
        options |= dict(zip(more[::2], more[1::2], strict=True))
        given = [video, *(part for option in options.items() for part in option)]
        code = run_command(main, parser(), list(map(str, given)))
        return code, capsys.readouterr().err

    return call


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--frames-per-second", "-1"], "error: --frames-per-second must be greater than 0, got -1.0."),
        (["--workers", "0"], "error: --workers must be at least 1, got 0."),
        (["--model", "nowhere"], "error: a model must be a folder with model.json"),
        (["--landmarks", "nowhere"], "error: --landmarks must be a folder of CSV files or 'insightface'"),
        (["--longest-lost-face", "0"], "error: --longest-lost-face must be a number of seconds greater than 0"),
    ],
)
def test_a_mistake_ends_with_code_2_and_writes_nothing(spot, tmp_path, more, message):
    code, err = spot(*more)

    assert code == 2
    assert err.startswith(message)
    assert not (tmp_path / "out").exists()


def test_the_help_shows_examples(capsys):
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])

    out = capsys.readouterr().out
    assert "models:/demo-demo-seed0@champion" in out
    assert "--landmarks csv/" in out
