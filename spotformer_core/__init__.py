"""The science of facial-expression spotting: from recordings to proposals and F1.

Needs numpy, torch, OpenCV, numba, pyarrow and python-calamine; knows nothing of Ray, Optuna or MLflow, reads no
environment variables and keeps no global state. Rooms follow the data:

    datasets -> flow -> model + losses -> training -> decoding -> metrics
"""

__version__ = "0.1.0"
