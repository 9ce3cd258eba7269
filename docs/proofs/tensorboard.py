"""Reads the event files of a run with TensorBoard and compares them with its metrics.jsonl: tensorboard.py RUN."""
import json
import pathlib
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.hparams import metadata

run = pathlib.Path(sys.argv[1])
records = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
read = event_accumulator.EventAccumulator(str(run), size_guidance={"scalars": 0, "tensors": 0})
read.Reload()
wrong = []

expected = {}
for record in records:
    names = {"train": {"loss": "loss/train", "lr": "lr", "grad_norm": "grad_norm", "step_ms": "step_ms",
                       "tokens_per_s": "tokens_per_s", "peak_share": "peak_share"},
             "eval": {"train_loss": "loss/train_eval", "val_loss": "loss/val", "val_bits_per_byte": "bits_per_byte/val"}}
    for key, tag in names.get(record["event"], {}).items():
        if key in record:
            expected.setdefault(tag, []).append((record["step"], record[key]))
if sorted(expected) != sorted(read.Tags()["scalars"]):
    wrong.append(f"scalars are {sorted(read.Tags()['scalars'])}, expected {sorted(expected)}")
for tag, points in expected.items():
    found = [(event.step, event.value) for event in read.Scalars(tag)]
    if [step for step, _ in found] != [step for step, _ in points]:
        wrong.append(f"{tag}: steps {[step for step, _ in found]}, expected {[step for step, _ in points]}")
    elif any(abs(a - b) > 1e-6 * abs(b) for (_, a), (_, b) in zip(found, points)):
        wrong.append(f"{tag}: values differ by more than float32 rounds")

texts = {event.step: event.tensor_proto.string_val[0].decode() for event in read.Tensors("sample")}
samples = {record["step"]: record["text"] for record in records if record["event"] == "sample"}
if sorted(texts) != sorted(samples):
    wrong.append(f"samples of steps {sorted(texts)}, expected {sorted(samples)}")
for step in samples.keys() & texts.keys():
    if "\n".join(line[4:] for line in texts[step].split("\n")).strip() != samples[step].strip():
        wrong.append(f"the sample of step {step} is {texts[step]!r}")
if read.summary_metadata["sample"].plugin_data.plugin_name != "text":
    wrong.append("sample is not of the text plugin")

content = read.summary_metadata["_hparams_/session_start_info"].plugin_data.content
hparams = metadata.parse_session_start_info_plugin_data(content).hparams
if hparams["train.max_iters"].number_value != 30 or hparams["model.type"].string_value != "gpt":
    wrong.append(f"hyper-parameters are {hparams}")
metrics = metadata.parse_experiment_plugin_data(
    read.summary_metadata["_hparams_/experiment"].plugin_data.content).metric_infos
if [metric.name.tag for metric in metrics] != ["loss/val", "loss/train"]:
    wrong.append(f"metrics of the hyper-parameters are {metrics}")

print(f"        {len(expected)} scalars, {sum(map(len, expected.values()))} points, {len(samples)} texts,"
      f" {len(hparams)} hyper-parameters")
for line in wrong:
    print("        " + line)
sys.exit(1 if wrong else 0)
