"""Builds training token files in parallel. Each token is a uint16; the high bit marks prompt tokens, which bear no loss."""
import sys, random, numpy as np, multiprocessing as mp, os, time, json
import render as R, problems as P
from tokenizers import Tokenizer

FLAG = 32768
DATA = os.environ.get("DATA", "data")  # holds gsm8k/{train,test}.jsonl and processbench/gsm8k.json
GSM = os.path.join(DATA, "gsm8k/train.jsonl")
EVAL_SEED = 10 ** 9
_tok = None; _rows = None


def init(tokpath):
    global _tok, _rows
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    _tok = Tokenizer.from_file(tokpath) if tokpath else None; _rows = R.gsm_rows(GSM)


def policy_text(rng):
    if rng.random() < 0.06:
        x = R.gsm_policy(rng.choice(_rows)); k = x.index("<think>\n") + len("<think>\n"); return x[:k], x[k:]
    m = rng.random()
    if m < 0.14: return R.translation(rng)
    if m < 0.22: return R.retrieval(rng)
    p = P.make(rng)
    return R.chat(p.question), (R.direct(p) if rng.random() < 0.2 else R.solved(p))


def prm_text(rng):
    if rng.random() < 0.15:
        x, ok = R.gsm_prm(rng, rng.choice(_rows)); k = x.index("\nReply: ") + len("\nReply: "); a, b = x[:k], x[k:]
    else:
        p, prev, now, txt, ok = R.prm_sample(rng); a, b = R.prm_prompt(p.question, prev, now), txt
    if rng.random() < 0.2: b = b[b.rindex("Verification: "):]
    return a, b


def chunk(a):
    kind, seed, n = a
    rng = random.Random(seed); f = policy_text if kind == "policy" else prm_text
    pr = [f(rng) for _ in range(n)]
    ea = _tok.encode_batch([x[0] for x in pr]); eb = _tok.encode_batch([x[1] for x in pr])
    out = []
    for x, y in zip(ea, eb): out.extend([i | FLAG for i in x.ids]); out.extend(y.ids)
    return np.array(out, dtype=np.uint16)


def build(kind, n, path, tok, procs=15, seed=0):
    t = time.time()
    with mp.Pool(procs, init, (tok,)) as pool:
        parts = pool.map(chunk, [(kind, seed + 7919 * i, 4000) for i in range(n // 4000)])
    a = np.concatenate(parts); np.save(path, a); print(kind, n, "samples", len(a), "tokens", round(time.time() - t, 1), "s", flush=True)


def train_tokenizer(path, n=60000):
    from tokenizers import Tokenizer, models, pre_tokenizers, decoders, trainers, Regex, normalizers
    init(None); rng = random.Random(5); t = time.time()
    pat = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tk = Tokenizer(models.BPE()); tk.normalizer = normalizers.NFC()
    tk.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pat), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tk.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
    tr = trainers.BpeTrainer(vocab_size=8192, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), min_frequency=2, show_progress=False)

    def texts():
        for k in range(n):
            a, b = (policy_text if k % 2 else prm_text)(rng); yield a + b
        for r in _rows: yield r[0] + "\n" + "\n".join(r[1])
        for _ in range(4000):
            p = P.make(rng); yield "\n".join(R.reflections(rng, p, 17, 2))
    tk.train_from_iterator(texts(), tr); tk.save(path); print("tokenizer", tk.get_vocab_size(), round(time.time() - t, 1), "s", [tk.encode(x).ids for x in (" Yes", " No", "12 + 7 = 19")], flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "tok": train_tokenizer(sys.argv[2])
    else: build(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], procs=int(sys.argv[5]), seed=int(sys.argv[6]))
