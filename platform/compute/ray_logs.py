"""Where Ray keeps what it and its workers print, for the messages that send people there."""

import ray


def place_of_logs() -> str:
    """The folder of Ray's logs, the same on every node; where no Ray is connected, how to find it."""
    if not ray.is_initialized():
        return "`logs` in the folder of Ray's session"
    context = ray.get_runtime_context()
    return f"{context.get_temp_dir()}/{context.get_session_name()}/logs"
