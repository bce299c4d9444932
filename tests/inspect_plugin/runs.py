"""Runs of Inspect for the tests: models that say what they are told and keep what they saw."""

from inspect_ai import eval as inspect_eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model

RULES = {"tagger": "rules", "judge": "rules"}


def output(text, *, stop="stop", tokens=None, reasoning=None):
    """A model's output with its usage set, so that nothing needs a tokenizer."""
    result = ModelOutput.from_content("mockllm/model", text, stop_reason=stop)
    count = len(text.split()) if tokens is None else tokens
    result.usage = ModelUsage(
        input_tokens=1, output_tokens=count, total_tokens=1 + count, reasoning_tokens=reasoning
    )
    return result


class Recorder:
    """Answers what `answer(call number, messages)` says and keeps what it was sent."""

    def __init__(self, answer):
        self.seen = []
        self._answer = answer

    def model(self):
        """This as a model of Inspect."""
        return get_model("mockllm/model", custom_outputs=self)

    def __call__(self, messages, tools, tool_choice, config):
        self.seen.append([(message.role, message.text) for message in messages])
        answer = self._answer(len(self.seen), messages)
        return answer if isinstance(answer, ModelOutput) else output(answer)


def run(task, model, log_dir, **options):
    """Evaluate one task and return its log with samples in a fixed order."""
    [log] = inspect_eval(task, model=model, log_dir=str(log_dir), display="none", **options)
    log.samples = sorted(log.samples or [], key=lambda s: (str(s.id), s.epoch))
    return log


def metrics(log):
    """A log's metrics by name."""
    return {name: metric.value for name, metric in log.results.scores[0].metrics.items()}
