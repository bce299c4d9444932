"""One of two processes over which FSDP spreads a model: it looks at it, then learns from it.

Accelerate knows no FSDP without GPUs, so what a trainer has of it is played here.
"""

import sys
from types import SimpleNamespace

import torch
from torch import distributed
from torch.distributed import fsdp
from torch.distributed.fsdp.wrap import ModuleWrapPolicy
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from mint_bench.grpo.dialogue_tokens import DialogueTokens
from mint_bench.grpo.local_look import local_batch
from mint_bench.grpo.recipe import WatchSettings
from mint_bench.grpo.trainer import _Kept
from mint_bench.replay.chat import ChatLine


def spread(model, version):
    if version == 1:
        policy = ModuleWrapPolicy({LlamaDecoderLayer})
        cpu = torch.device("cpu")
        whole = fsdp.FullyShardedDataParallel(model, auto_wrap_policy=policy, device_id=cpu)
        return whole, whole.module
    mesh = distributed.init_device_mesh("cpu", (2,))
    for layer in model.model.layers:
        fsdp.fully_shard(layer, mesh=mesh)
    return fsdp.fully_shard(model, mesh=mesh), model


def main(folder, version):
    distributed.init_process_group("gloo")
    model = AutoModelForCausalLM.from_pretrained(folder)
    tokens = DialogueTokens(AutoTokenizer.from_pretrained(folder), {})
    settings = WatchSettings(most_new_tokens=8)
    asked = [[ChatLine("user", "I feel sad.")]]
    expected = local_batch(model.eval(), tokens, settings, 3)(asked)

    outer, inner = spread(model, version)
    trainer = _Kept()
    trainer.model = trainer.model_wrapped = outer
    plugin = SimpleNamespace(fsdp_version=version)
    trainer.accelerator = SimpleNamespace(
        state=SimpleNamespace(deepspeed_plugin=None, fsdp_plugin=plugin),
        unwrap_model=lambda _: inner,
    )
    with trainer.gathered() as whole:
        assert local_batch(whole, tokens, settings, 3)(asked) == expected
    ids = torch.tensor([[1, 2, 3]])
    outer.train()(input_ids=ids, labels=ids).loss.backward()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
