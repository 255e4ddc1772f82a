"""Tries what one account might, and prints for each how the client tells of it."""

import sys

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from requests import HTTPError

project, run_id, experiment_id = sys.argv[1:4]
client = MlflowClient()
tries = {
    "get model": lambda: client.get_registered_model(f"{project}-scorer"),
    "get version": lambda: client.get_model_version(f"{project}-scorer", "1"),
    "load model": lambda: mlflow.pyfunc.load_model(f"models:/{project}-scorer@champion"),
    "get run": lambda: client.get_run(run_id),
    "log metric": lambda: client.log_metric(run_id, "auc", 0.1),
    "set alias": lambda: client.set_registered_model_alias(f"{project}-scorer", "champion", "1"),
    "create experiment": lambda: client.create_experiment(f"{project}-other"),
    "list artifacts": lambda: mlflow.artifacts.list_artifacts(f"mlflow-artifacts:/{experiment_id}/{run_id}/artifacts"),
    "missing model": lambda: client.get_registered_model("nothing-here"),
    "list models": lambda: print("listed", [m.name for m in client.search_registered_models()]),
}
for name, attempt in tries.items():
    try:
        attempt()
        print(f"{name}: ok")
    except MlflowException as refusal:
        print(f"{name}: {refusal.error_code}: {refusal.message}")
    except HTTPError as refusal:
        # The client's artifact calls do not wrap what they are answered.
        told = refusal.response.json()
        print(f"{name}: {told['error_code']}: {told['message']}")
