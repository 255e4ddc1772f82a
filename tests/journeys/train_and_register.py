"""A data scientist's day with MLflow: nothing in here knows of Modelward."""

import sys
import warnings

import mlflow
from mlflow import MlflowClient

warnings.filterwarnings("ignore")
project = sys.argv[1]


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [value * 2 for value in model_input]


mlflow.set_experiment(f"{project}-experiment")
with mlflow.start_run() as run:
    mlflow.log_param("depth", 3)
    mlflow.log_params({"rate": 0.1, "seed": 7})
    mlflow.log_metric("auc", 0.91)
    mlflow.log_metrics({"precision": 0.8, "recall": 0.7})
    mlflow.set_tag("purpose", "journey")
    mlflow.log_text("hello", "notes/hello.txt")
    logged = mlflow.pyfunc.log_model(name="model", python_model=Doubler(), pip_requirements=[])

version = mlflow.register_model(logged.model_uri, f"{project}-scorer")
client = MlflowClient()
client.set_registered_model_alias(f"{project}-scorer", "champion", version.version)

model = mlflow.pyfunc.load_model(f"models:/{project}-scorer@champion")
assert model.predict([1, 2, 3]) == [2, 4, 6]



def of_project(names):
    return [name for name in names if name.startswith(f"{project}-")]


assert of_project(m.name for m in client.search_registered_models()) == [f"{project}-scorer"]
assert [v.version for v in client.search_model_versions(f"name='{project}-scorer'")] == [version.version]
assert of_project(e.name for e in client.search_experiments()) == [f"{project}-experiment"]
assert [r.info.run_id for r in client.search_runs([run.info.experiment_id])] == [run.info.run_id]
assert client.get_run(run.info.run_id).data.params == {"depth": "3", "rate": "0.1", "seed": "7"}
assert client.get_run(run.info.run_id).data.metrics["auc"] == 0.91
assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes/hello.txt") == "hello"
print(f"run={run.info.run_id} experiment={run.info.experiment_id} version={version.version}")
