"""Builds GPT-2 from a checkpoint's files as transformers' GPT2LMHeadModel.from_pretrained does, and compares its logits with Inkhorn's.

    hugging_face.py CHECKPOINT EXPLAIN.json

EXPLAIN.json is what `java -jar train.jar explain CHECKPOINT --json --top 1000000` wrote. Needs PyTorch, and nothing of Inkhorn,
transformers or safetensors: the file is read by the format's definition (github.com/huggingface/safetensors#format), config.json with the
keys and defaults of GPT2Config, and the graph is written here after transformers' modeling_gpt2.py. Exits 1 if a key is missing or unexpected, or if a logit differs.
"""
import json
import struct
import sys
from pathlib import Path

import torch
from torch import nn

# float32 sums in another order: some units in the last place of the largest logit.
BOUND = 5e-6

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# GPT2Config's, as far as they decide what is computed.
DEFAULTS = {
    "vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_inner": None,
    "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "tie_word_embeddings": True, "scale_attn_weights": True,
    "scale_attn_by_inverse_layer_idx": False, "add_cross_attention": False,
}

ACTIVATIONS = {
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / 2 ** 0.5)),
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x ** 3))),
    "gelu_pytorch_tanh": lambda x: nn.functional.gelu(x, approximate="tanh"),
    "relu": torch.relu,
}


def read_safetensors(path):
    """Eight bytes with the header's length, the header in JSON, then the tensors' bytes."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    body = bytearray(data[8 + length:])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        values = torch.frombuffer(body, dtype=dtype, offset=begin, count=(end - begin) // torch.empty(0, dtype=dtype).element_size())
        tensors[name] = values.reshape(entry["shape"])
    return metadata, tensors


class Conv1D(nn.Module):
    """A linear layer whose weight lies (inputs, outputs). Weights are NaN until they are loaded, biases 0 as _init_weights sets them."""

    def __init__(self, outputs, inputs):
        super().__init__()
        self.weight = nn.Parameter(torch.full((inputs, outputs), torch.nan))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class LayerNorm(nn.LayerNorm):
    def __init__(self, config):
        super().__init__(config["n_embd"], eps=config["layer_norm_epsilon"])
        nn.init.constant_(self.weight, torch.nan)


class Attention(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        channels = config["n_embd"]
        self.heads = config["n_head"]
        self.divisor = (channels // self.heads) ** 0.5 if config["scale_attn_weights"] else 1
        if config["scale_attn_by_inverse_layer_idx"]:
            self.divisor *= layer + 1
        self.c_attn = Conv1D(3 * channels, channels)
        self.c_proj = Conv1D(channels, channels)

    def forward(self, x):                                                               # (T, C)
        time, channels = x.shape
        query, key, value = (part.view(time, self.heads, -1).transpose(0, 1)            # (H, T, C/H)
                             for part in self.c_attn(x).split(channels, dim=-1))
        weights = query @ key.transpose(-1, -2) / self.divisor                          # (H, T, T)
        later = torch.ones(time, time, dtype=torch.bool).triu(1)
        weights = weights.masked_fill(later, torch.finfo(weights.dtype).min).softmax(-1)
        return self.c_proj((weights @ value).transpose(0, 1).reshape(time, channels))


class MLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels = config["n_embd"]
        inner = config["n_inner"] or 4 * channels
        self.c_fc = Conv1D(inner, channels)
        self.c_proj = Conv1D(channels, inner)
        self.activation = ACTIVATIONS[config["activation_function"]]

    def forward(self, x):
        return self.c_proj(self.activation(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        self.ln_1 = LayerNorm(config)
        self.attn = Attention(config, layer)
        self.ln_2 = LayerNorm(config)
        self.mlp = MLP(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels = config["n_embd"]
        self.wte = nn.Embedding(config["vocab_size"], channels)
        self.wpe = nn.Embedding(config["n_positions"], channels)
        self.h = nn.ModuleList(Block(config, layer) for layer in range(config["n_layer"]))
        self.ln_f = LayerNorm(config)
        for table in (self.wte, self.wpe):
            nn.init.constant_(table.weight, torch.nan)

    def forward(self, ids):                                                             # (T)
        x = self.wte(ids) + self.wpe(torch.arange(len(ids)))                            # (T, C)
        for block in self.h:
            x = block(x)
        return self.ln_f(x)


class GPT2(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.transformer = Transformer(config)
        self.lm_head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
        nn.init.constant_(self.lm_head.weight, torch.nan)
        if config["tie_word_embeddings"]:
            self.lm_head.weight = self.transformer.wte.weight

    def forward(self, ids):
        return self.lm_head(self.transformer(ids))                                      # (T, V)


def from_pretrained(directory):
    """The model, and the keys that from_pretrained would report: missing (the tied head is not), unexpected."""
    config = DEFAULTS | json.loads((directory / "config.json").read_text())
    if config["model_type"] != "gpt2" or "GPT2LMHeadModel" not in config["architectures"] or config["add_cross_attention"]:
        raise SystemExit(f"{directory}/config.json: does not describe a GPT2LMHeadModel")
    metadata, tensors = read_safetensors(directory / "model.safetensors")
    if metadata.get("format") != "pt":
        raise SystemExit(f"{directory}/model.safetensors: transformers refuses metadata without \"format\": \"pt\", found {metadata}")
    model = GPT2(config).eval()
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    tied = {"lm_head.weight"} if config["tie_word_embeddings"] else set()
    return model, config, [key for key in missing if key not in tied], unexpected


def logits_agree(model, config, explained):
    """Compares every token's logit at every position that explain wrote, as long as the text fits into the context."""
    ids = list(explained["prompt_ids"])
    worst, largest, compared, last = 0.0, 0.0, 0, 0
    for step in explained["steps"]:
        if len(ids) <= config["n_positions"]:
            own = torch.empty(config["vocab_size"], dtype=torch.float64).fill_(torch.nan)
            for row in step["candidates"]:
                own[row["id"]] = row["logit"]
            with torch.no_grad():
                theirs = model(torch.tensor(ids))[-1].double()
            # Not max(): a NaN, of a token or a weight that is missing, must not be lost.
            difference = (own - theirs).abs().max().item()
            worst = difference if not difference <= worst else worst
            largest = max(largest, theirs.abs().max().item())
            compared, last = compared + 1, len(ids)
        ids.append(step["id"])
    print(f"        {compared} positions up to {last} of {config['n_positions']}, {config['vocab_size']} logits each: "
          f"worst difference {worst:.1e}, largest logit {largest:.1f}")
    return last == config["n_positions"] and worst <= BOUND * max(1.0, largest)


def summary(keys):
    if not keys:
        return "none"
    kinds = {key.rsplit(".", 1)[-1] for key in keys}
    return f"{len(keys)} keys ({', '.join(sorted(kinds))})"


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    directory, explained = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    model, config, missing, unexpected = from_pretrained(directory)
    print(f"        {config['n_layer']} layers, {config['activation_function']}, head {'tied' if config['tie_word_embeddings'] else 'untied'}; "
          f"missing: {summary(missing)}; unexpected: {summary(unexpected)}")
    sys.exit(0 if logits_agree(model, config, explained) and not missing and not unexpected else 1)


if __name__ == "__main__":
    main()
