"""Builds the model of a checkpoint's files as from_pretrained of transformers' GPT2LMHeadModel, LlamaForCausalLM or Qwen3ForCausalLM does,
and compares its logits with Inkhorn's.

    hugging_face.py CHECKPOINT EXPLAIN.json

EXPLAIN.json is what `java -jar train.jar explain CHECKPOINT --json --top 1000000` wrote. Needs PyTorch, and nothing of Inkhorn,
transformers or safetensors: the file is read by the format's definition (github.com/huggingface/safetensors#format), config.json with the
keys and defaults of GPT2Config, LlamaConfig and Qwen3Config, and the graphs are written here after transformers' modeling_gpt2.py,
modeling_llama.py and modeling_qwen3.py. Exits 1 if a key is missing or unexpected, or if a logit differs.
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

# The defaults of the classes of config.json, as far as they decide what is computed.
DEFAULTS = {
    "gpt2": {
        "vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12, "n_inner": None,
        "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5, "tie_word_embeddings": True, "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False, "add_cross_attention": False,
    },
    "llama": {
        "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": None, "hidden_act": "silu", "max_position_embeddings": 2048, "rms_norm_eps": 1e-6, "head_dim": None,
        "tie_word_embeddings": False, "rope_theta": 10000.0, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
    },
    "qwen3": {
        "vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 32, "hidden_act": "silu", "max_position_embeddings": 32768, "rms_norm_eps": 1e-6, "head_dim": 128,
        "tie_word_embeddings": False, "rope_theta": 10000.0, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
        "use_sliding_window": False,
    },
}

ACTIVATIONS = {
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / 2 ** 0.5)),
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (x + 0.044715 * x ** 3))),
    "gelu_pytorch_tanh": lambda x: nn.functional.gelu(x, approximate="tanh"),
    "relu": torch.relu,
    "silu": lambda x: x * torch.sigmoid(x),
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


class RMSNorm(nn.Module):
    def __init__(self, size, config):
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), torch.nan))
        self.eps = config["rms_norm_eps"]

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def linear(inputs, outputs):
    """Without a bias; the weight lies (outputs, inputs)."""
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.constant_(layer.weight, torch.nan)
    return layer


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat((-x[..., half:], x[..., :half]), dim=-1)


class RotaryAttention(nn.Module):
    """LlamaAttention; with normalized queries and keys Qwen3Attention."""

    def __init__(self, config):
        super().__init__()
        channels, heads = config["hidden_size"], config["num_attention_heads"]
        self.size = config["head_dim"] or channels // heads
        key_heads = config["num_key_value_heads"] or heads
        self.groups = heads // key_heads
        self.base = config["rope_theta"]
        self.q_proj = linear(channels, heads * self.size)
        self.k_proj = linear(channels, key_heads * self.size)
        self.v_proj = linear(channels, key_heads * self.size)
        self.o_proj = linear(heads * self.size, channels)
        normed = config["model_type"] == "qwen3"
        self.q_norm, self.k_norm = (RMSNorm(self.size, config) if normed else nn.Identity() for _ in range(2))

    def forward(self, x):                                                               # (T, C)
        time = x.shape[0]
        query = self.q_norm(self.q_proj(x).view(time, -1, self.size)).transpose(0, 1)   # (H, T, D)
        key = self.k_norm(self.k_proj(x).view(time, -1, self.size)).transpose(0, 1)     # (K, T, D)
        value = self.v_proj(x).view(time, -1, self.size).transpose(0, 1)                # (K, T, D)
        frequencies = 1 / self.base ** (torch.arange(0, self.size, 2).float() / self.size)
        angles = torch.outer(torch.arange(time).float(), frequencies).repeat(1, 2)      # (T, D)
        query, key = (part * angles.cos() + rotate_half(part) * angles.sin() for part in (query, key))
        key, value = (part.repeat_interleave(self.groups, 0) for part in (key, value))  # (H, T, D)
        weights = query @ key.transpose(-1, -2) * self.size ** -0.5                     # (H, T, T)
        later = torch.ones(time, time, dtype=torch.bool).triu(1)
        weights = weights.masked_fill(later, torch.finfo(weights.dtype).min).softmax(-1)
        return self.o_proj((weights @ value).transpose(0, 1).reshape(time, -1))


class GatedMLP(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj, self.up_proj, self.down_proj = linear(channels, inner), linear(channels, inner), linear(inner, channels)
        self.activation = ACTIVATIONS[config["hidden_act"]]

    def forward(self, x):
        return self.down_proj(self.activation(self.gate_proj(x)) * self.up_proj(x))


class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn = RotaryAttention(config)
        self.mlp = GatedMLP(config)
        self.input_layernorm = RMSNorm(config["hidden_size"], config)
        self.post_attention_layernorm = RMSNorm(config["hidden_size"], config)

    def forward(self, x):
        x = x + self.self_attn(self.input_layernorm(x))
        return x + self.mlp(self.post_attention_layernorm(x))


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embed_tokens = nn.Embedding(config["vocab_size"], config["hidden_size"])
        nn.init.constant_(self.embed_tokens.weight, torch.nan)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config)

    def forward(self, ids):                                                             # (T)
        x = self.embed_tokens(ids)                                                      # (T, C)
        for layer in self.layers:
            x = layer(x)
        return self.norm(x)


class Llama(nn.Module):
    """LlamaForCausalLM and Qwen3ForCausalLM."""

    def __init__(self, config):
        super().__init__()
        for key, computed in {"rope_scaling": None, "attention_bias": False, "mlp_bias": False}.items():
            if config[key] != computed:
                raise SystemExit(f"{key} {config[key]} is not written here")
        self.model = Decoder(config)
        self.lm_head = linear(config["hidden_size"], config["vocab_size"])
        if config["tie_word_embeddings"]:
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(self, ids):
        return self.lm_head(self.model(ids))                                            # (T, V)


MODELS = {"gpt2": ("GPT2LMHeadModel", GPT2), "llama": ("LlamaForCausalLM", Llama), "qwen3": ("Qwen3ForCausalLM", Llama)}


def from_pretrained(directory):
    """The model, and the keys that from_pretrained would report: missing (the tied head is not), unexpected."""
    config = json.loads((directory / "config.json").read_text())
    if config["model_type"] not in MODELS:
        raise SystemExit(f"{directory}/config.json: transformers has no {config['model_type']}")
    name, kind = MODELS[config["model_type"]]
    config = DEFAULTS[config["model_type"]] | config
    if config["architectures"] != [name] or config.get("add_cross_attention") or config.get("use_sliding_window"):
        raise SystemExit(f"{directory}/config.json: does not describe a {name}")
    metadata, tensors = read_safetensors(directory / "model.safetensors")
    if metadata.get("format") != "pt":
        raise SystemExit(f"{directory}/model.safetensors: transformers refuses metadata without \"format\": \"pt\", found {metadata}")
    model = kind(config).eval()
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    tied = {"lm_head.weight"} if config["tie_word_embeddings"] else set()
    return model, config, [key for key in missing if key not in tied], unexpected


def logits_agree(model, config, explained):
    """Compares every token's logit at every position that explain wrote, as long as the text fits into the context."""
    positions = config["n_positions" if config["model_type"] == "gpt2" else "max_position_embeddings"]
    ids = list(explained["prompt_ids"])
    worst, largest, compared, last = 0.0, 0.0, 0, 0
    for step in explained["steps"]:
        if len(ids) <= positions:
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
    print(f"        {compared} positions up to {last} of {positions}, {config['vocab_size']} logits each: "
          f"worst difference {worst:.1e}, largest logit {largest:.1f}")
    return last == positions and worst <= BOUND * max(1.0, largest)


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
    activation = config["activation_function" if config["model_type"] == "gpt2" else "hidden_act"]
    print(f"        {config['architectures'][0]}, {activation}, head {'tied' if config['tie_word_embeddings'] else 'untied'}; "
          f"missing: {summary(missing)}; unexpected: {summary(unexpected)}")
    sys.exit(0 if logits_agree(model, config, explained) and not missing and not unexpected else 1)


if __name__ == "__main__":
    main()
