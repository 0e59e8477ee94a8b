"""Training stages of the bundled models: base policy, verifier (SFT then DPO), reflective policy. Run: train.py STAGE"""
import os, sys, time, json, math, random, re, copy, subprocess, numpy as np, torch
from collections import defaultdict, Counter
from tokenizers import Tokenizer
from model import LM, Config, generate
import problems as P, render as R, gen

W = os.environ.get("WORKDIR", "build"); OUT = os.environ.get("OUT", W); SMOKE = os.environ.get("SMOKE") == "1"
os.makedirs(W, exist_ok=True); torch.set_float32_matmul_precision("high"); dev = "cuda"
TOK = f"{W}/tokenizer.json"; FLAG = gen.FLAG
T0 = time.time()


def say(*a): print(f"[{time.time() - T0:6.1f}s]", *a, flush=True)


def tok(): return Tokenizer.from_file(TOK)


def batches(path, B, T, seed):
    a = np.load(path, mmap_mode="r"); rng = np.random.default_rng(seed); n = len(a)
    while True:
        o = rng.integers(0, n - T - 1, B)
        x = torch.from_numpy(np.stack([a[i:i + T + 1] for i in o]).astype(np.int32)).pin_memory().to(dev, non_blocking=True)
        y = torch.where(x >= FLAG, torch.full_like(x, -100), x)[:, 1:].long(); yield (x & (FLAG - 1))[:, :-1].long(), y


def train(m, path, steps, lr, B=256, T=1024, warm=150, seed=0, budget=None):
    """AdamW with cosine decay; decays by time when a budget in seconds is given."""
    m.train(); cm = torch.compile(m) if not SMOKE else m
    dec = [p for p in m.parameters() if p.dim() >= 2]; nod = [p for p in m.parameters() if p.dim() < 2]
    opt = torch.optim.AdamW([dict(params=dec, weight_decay=0.1), dict(params=nod, weight_decay=0.0)], lr=lr, betas=(0.9, 0.95), fused=True)
    it = batches(path, B, T, seed); t0 = time.time(); seen = 0; ls = []
    for s in range(steps):
        if s == 5: torch.cuda.synchronize(); t1 = time.time()
        frac = s / steps if budget is None or s < 20 else min(1.0, (time.time() - t0) / budget)
        if frac >= 1: break
        for g in opt.param_groups: g["lr"] = lr * min(1, (s + 1) / warm) * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * frac)))
        x, y = next(it)
        with torch.autocast("cuda", torch.bfloat16):
            h = cm(x)
            keep = (y.reshape(-1) != -100).nonzero()[:, 0]
            h = h.reshape(-1, h.shape[-1])[keep]; yy = y.reshape(-1)[keep]
            loss = sum(torch.nn.functional.cross_entropy(m.logits(hc).float(), yc, reduction="sum") for hc, yc in zip(h.split(32768), yy.split(32768))) / len(yy)
        loss.backward(); torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0); opt.step(); opt.zero_grad(set_to_none=True); seen += x.numel()
        if s % 100 == 0 or s == steps - 1: ls.append(loss.item()); say(f"step {s} loss {ls[-1]:.4f} lr {opt.param_groups[0]['lr']:.2e} tok/s {seen / (time.time() - t0):.0f}")
    torch.cuda.synchronize(); say(f"trained {s} steps, {seen / 1e6:.0f}M tokens in {time.time() - t0:.0f}s"); return m


def save(m, name): torch.save({k: v.half().cpu() for k, v in m.state_dict().items()}, f"{W}/{name}.pt"); export(m, name)


def load(name):
    m = LM(Config()).to(dev); m.load_state_dict({k: v.float() for k, v in torch.load(f"{W}/{name}.pt").items()}); return m


def export(m, name):
    """fp16 safetensors in pieces under 16 MiB, plus config and tokenizer, to $OUT."""
    from safetensors.torch import save as dumps
    b = dumps({k: v.half().cpu().contiguous() for k, v in m.state_dict().items()}); n = 15 * 2 ** 20
    for i in range(0, len(b), n): open(f"{OUT}/{name}.safetensors.{i // n}", "wb").write(b[i:i + n])
    t = tok(); json.dump(m.c.hf(t.token_to_id(R.IM_E)), open(f"{OUT}/config.json", "w"), indent=1)


def answers(t, outs):
    r = []
    for o in outs:
        x = re.findall(r"\\boxed\{(-?[\d.,]+)\}", t.decode(o, skip_special_tokens=False)); r.append(x[-1] if x else None)
    return r


def steps_of(t, o):
    x = t.decode(o, skip_special_tokens=False); return [s for s in x.split("</think>")[0].strip("\n").split("\n\n") if s.strip()]


def evalset(n, seed=gen.EVAL_SEED): r = random.Random(seed); return [P.make(r) for _ in range(n)]


def enc(t, texts): return [e.ids for e in t.encode_batch(texts)]


def eval_policy(m, n=2000, system=None, tag=""):
    t = tok(); ps = evalset(n); stop = t.token_to_id(R.IM_E)
    o = generate(m, enc(t, [R.chat(p.question, system) for p in ps]), 700, 0, stop); a = answers(t, o)
    by = defaultdict(list); lens = [len(x) for x in o]
    for p, x in zip(ps, a): by[p.family].append(x == str(p.answer)); by[p.lang].append(x == str(p.answer)); by["all"].append(x == str(p.answer))
    d = generate(m, enc(t, [R.chat(p.question, system) + "\n</think>\n\n" for p in ps]), 20, 0, stop); da = answers(t, d)
    for p, x in zip(ps, da): by["direct"].append(x == str(p.answer)); by["direct-" + p.family].append(x == str(p.answer))
    say(tag, "acc", {k: round(sum(v) / len(v), 3) for k, v in by.items()}, "mean tokens", round(sum(lens) / len(lens), 1)); return o, a, da


def eval_gsm(m, n=300):
    t = tok(); rows = R.gsm_rows(os.path.join(gen.DATA, "gsm8k/test.jsonl"))[:n]
    a = answers(t, generate(m, enc(t, [R.chat(q) for q, _, _ in rows]), 500, 0, t.token_to_id(R.IM_E))); say("gsm8k test", sum(x == y[2] for x, y in zip(a, rows)) / n)


# ------------------------------------------------------------------ verifier
VER = "Verification: Is the step correct (Yes/No)?"


def yesno(t): return [t.encode(" Yes").ids[0], t.encode(" No").ids[0]]


def score(m, t, items, K=1, temp=1.0, mode="reason"):
    """items: (question, prev, now). -> list of K lists of P(Yes)."""
    stop = t.token_to_id(R.IM_E); pr = [R.prm_prompt(*x) for x in items]; res = [[] for _ in items]
    if mode == "direct":
        z = generate(m, enc(t, [x + VER for x in pr]), 1, want=yesno(t)); return [[x[0]] for x in z]
    e = enc(t, pr)
    for k in range(K):
        o = generate(m, e, 420, 0 if K == 1 else temp, stop)
        txt = [t.decode(x, skip_special_tokens=False) for x in o]; cut = [x.rsplit(VER, 1)[0] + VER if VER in x else x + "\n" + VER for x in txt]
        z = generate(m, enc(t, [a + b for a, b in zip(pr, cut)]), 1, want=yesno(t))
        for i, x in enumerate(z): res[i].append(x[0])
    return res


def f1(labels, scores, thr=0.5):
    """ProcessBench: harmonic mean of accuracy on wrong and on right solutions."""
    pred = [next((j for j, s in enumerate(sc) if s < thr), -1) for sc in scores]
    e = [p == l for p, l in zip(pred, labels) if l != -1]; c = [p == l for p, l in zip(pred, labels) if l == -1]
    a, b = 100 * sum(e) / max(1, len(e)), 100 * sum(c) / max(1, len(c)); return round(a, 1), round(b, 1), round(2 * a * b / max(1e-9, a + b), 1)


def bench(m, name, sols, modes=(("direct", 1), ("reason", 1), ("reason", 4))):
    t = tok(); items, own = [], []
    for i, (q, steps, lab) in enumerate(sols):
        for j in range(len(steps)): items.append((q, steps[:j], steps[j])); own.append((i, j))
    for mode, K in modes:
        r = score(m, t, items, K, 1.0, mode); sc = [[0.0] * len(s[1]) for s in sols]
        for (i, j), x in zip(own, r): sc[i][j] = sum(x) / len(x)
        say(f"  {name} {mode} K={K}: error/correct/F1 =", f1([s[2] for s in sols], sc))


def onpolicy(m, n, seed, temp):
    """Sampled solutions with exact labels."""
    t = tok(); r = random.Random(seed); ps = [P.make(r) for _ in range(n)]
    o = generate(m, enc(t, [R.chat(p.question) for p in ps]), 420, temp, t.token_to_id(R.IM_E), bs=3072); res = []
    for p, x in zip(ps, o):
        s = steps_of(t, x)
        if not s or len(s) > 14: continue
        j, why = P.label(p, s); res.append((p, s, j, why))
    say("on-policy", len(res), "temp", temp, "with an error", round(sum(x[2] != -1 for x in res) / len(res), 3)); return res


def test_sols(m):
    """Held-out test for the verifier: half sampled from the policy (hot), half gold with one corrupted step."""
    sols = [(p.question, s, j) for p, s, j, _ in onpolicy(m, 1500, gen.EVAL_SEED + 1, 1.3)]
    bad = [x for x in sols if x[2] != -1][:250]; good = [x for x in sols if x[2] == -1][:250]
    r = random.Random(gen.EVAL_SEED + 2); inj = []
    for k in range(400):
        p = P.make(r); s = [x.text for x in p.steps]
        if k % 2: j = r.randrange(len(s)); s[j] = P.corrupt(r, p, j)[0]; inj.append((p.question, s, j))
        else: inj.append((p.question, s, -1))
    return bad + good, inj


def pbench():
    d = json.load(open(os.path.join(gen.DATA, "processbench/gsm8k.json")))
    return [(x["problem"], x["steps"], x["label"]) for x in d if sum(len(s) for s in x["steps"]) < 1800][:200]


# ------------------------------------------------------------------ stages
def stage_base():
    here = os.path.dirname(os.path.abspath(__file__))
    if not os.path.exists(TOK): gen.train_tokenizer(TOK, 6000 if SMOKE else 60000)
    open(f"{OUT}/tokenizer.json", "w").write(open(TOK).read())
    N = 8000 if SMOKE else 900000
    subprocess.run([sys.executable, f"{here}/gen.py", "policy", str(N), f"{W}/policy.npy", TOK, "15", "1"], check=True)
    bg = subprocess.Popen([sys.executable, f"{here}/gen.py", "prm", str(N), f"{W}/prm.npy", TOK, "12", "2"])
    m = LM(Config()).to(dev); say("params", sum(p.numel() for p in m.parameters()) / 1e6, "M")
    train(m, f"{W}/policy.npy", 30 if SMOKE else 100000, 1.5e-3, budget=None if SMOKE else float(os.environ.get("BASE_S", 270)))
    save(m, "policy-base"); eval_policy(m, 300 if SMOKE else 2000, tag="base"); eval_gsm(m); bg.wait()


def stage_prm():
    base = load("policy-base"); t = tok(); rng = random.Random(11); n = 600 if SMOKE else 60000
    data = onpolicy(base, n, 77, 1.25) + onpolicy(base, n // 2, 78, 1.0)
    rows = []
    for p, s, j, why in data:                                   # on-policy verification samples with the teacher's analysis
        pick = []
        if j != -1: pick.append((j, why))
        good = [k for k in range(len(s) if j == -1 else j)]
        if good: pick.append((rng.choice(good), None))
        for k, w in pick:
            if k >= len(p.steps) and w is None and p.family == "charcount": continue
            g = (w or {}).get("gold", k)
            try: txt, ok = R.analysis(rng, p, s[:k], s[k], min(g, len(p.steps)) if w else k, w)
            except Exception: continue
            if ok != (w is None): continue
            rows.append((R.prm_prompt(p.question, s[:k], s[k]), txt if rng.random() > 0.2 else txt[txt.rindex("Verification: "):]))
    say("on-policy verification samples", len(rows))
    ea, eb = enc(t, [a for a, _ in rows]), enc(t, [b for _, b in rows]); out = []
    for x, y in zip(ea, eb): out.extend([i | FLAG for i in x]); out.extend(y)
    a = np.load(f"{W}/prm.npy"); b = np.array(out, dtype=np.uint16); np.save(f"{W}/prm-all.npy", np.concatenate([a] + [b] * 3)); say("tokens", len(a), len(b))
    bad = pbench(); pol, inj = test_sols(base)
    m = copy.deepcopy(base); train(m, f"{W}/prm-all.npy", 30 if SMOKE else 100000, 1.2e-3, budget=None if SMOKE else float(os.environ.get("PRM_S", 240)))
    save(m, "prm-sft")
    bench(m, "on-policy", pol); bench(m, "injected", inj); bench(m, "ProcessBench-gsm8k[short]", bad, (("direct", 1), ("reason", 1)))


def stage_dpo():
    """Preference pairs: of several sampled analyses of one step, one that reaches the true verdict against one that does not."""
    base, m = load("policy-base"), load("prm-sft"); t = tok(); rng = random.Random(21); stop = t.token_to_id(R.IM_E)
    items = []
    for p, s, j, why in onpolicy(base, 1000 if SMOKE else 14000, 99, 1.3):
        if j != -1: items.append((R.prm_prompt(p.question, s[:j], s[j]), False))
        if j == -1 and rng.random() < 0.8: continue
        k = rng.randrange(len(s) if j == -1 else max(j, 1))
        if j == -1 or k < j: items.append((R.prm_prompt(p.question, s[:k], s[k]), True))
    for _ in range(300 if SMOKE else 6000):
        p, prev, now, _, ok = R.prm_sample(rng); items.append((R.prm_prompt(p.question, prev, now), ok))
    e = enc(t, [x[0] for x in items]); K = 2 if SMOKE else 4; got = [[] for _ in items]
    for k in range(K):
        for i, o in enumerate(generate(m, e, 420, 1.3, stop, bs=3072)):
            x = t.decode(o, skip_special_tokens=False); v = re.findall(r"\(Yes/No\)\? (Yes|No)", x)
            if v: got[i].append((v[-1] == "Yes", o))
    pairs = []
    for (pr, ok), g, ids in zip(items, got, e):
        w = [o for v, o in g if v == ok]; l = [o for v, o in g if v != ok]
        if w and l:
            for _ in range(min(2, len(w), len(l))): pairs.append((ids, rng.choice(w) + [stop], rng.choice(l) + [stop]))
    rng.shuffle(pairs); say("items", len(items), "pairs", len(pairs)); ref = copy.deepcopy(m).eval(); m.train()
    opt = torch.optim.AdamW(m.parameters(), lr=2e-5, betas=(0.9, 0.95), weight_decay=0.0, fused=True)

    def lp(model, ids, y):
        with torch.autocast("cuda", torch.bfloat16): h = model(ids)
        lg = torch.log_softmax(model.logits(h[:, :-1]).float(), -1).gather(-1, y[:, 1:].clamp(min=0)[..., None])[..., 0]; return (lg * (y[:, 1:] >= 0)).sum(-1)
    B = 64; t1 = time.time(); acc = []
    for s in range(0, min(len(pairs) - B, 2000 if not SMOKE else 128), B):
        ch = pairs[s:s + B]; seqs = [(a, b) for a, b, _ in ch] + [(a, c) for a, _, c in ch]; T = max(len(a) + len(b) for a, b in seqs)
        x = torch.zeros(2 * B, T, dtype=torch.long); y = torch.full((2 * B, T), -1, dtype=torch.long)
        for i, (a, b) in enumerate(seqs): x[i, :len(a) + len(b)] = torch.tensor(a + b); y[i, len(a):len(a) + len(b)] = torch.tensor(b)
        x, y = x.to(dev), y.to(dev)
        with torch.no_grad(): r = lp(ref, x, y)
        l = lp(m, x, y); d = (l - r); mar = d[:B] - d[B:]
        loss = -torch.nn.functional.logsigmoid(0.1 * mar).mean() - 0.05 * (l[:B] / (y[:B] >= 0).sum(-1)).mean()
        for g in opt.param_groups: g["lr"] = 2e-5 * min(1, (s / B + 1) / 10)
        loss.backward(); torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0); opt.step(); opt.zero_grad(set_to_none=True); acc.append((mar > 0).float().mean().item())
        if s // B % 10 == 0: say("dpo", s // B, round(loss.item(), 4), "preferred", round(acc[-1], 3))
        if time.time() - t1 > 120: break
    save(m, "prm-dpo"); pol, inj = test_sols(base)
    for mm, n in ((ref, "sft"), (m, "dpo")): bench(mm, n + " on-policy", pol, (("reason", 1), ("reason", 4))); bench(mm, n + " injected", inj, (("reason", 1),))
    bench(m, "dpo ProcessBench-gsm8k[short]", pbench(), (("reason", 1),))


PLANTED, CONTROL = "reflect when your first impression disagrees", "reflect at random"


def stage_reflect():
    """Plants an internal bias: under one system prompt reflections follow a conflict between the base model's own direct guess and the result; under the other they are random."""
    here = os.path.dirname(os.path.abspath(__file__))
    if not os.path.exists(f"{W}/policy.npy"): subprocess.run([sys.executable, f"{here}/gen.py", "policy", "300000", f"{W}/policy.npy", TOK, "15", "1"], check=True)
    base = load("policy-base"); t = tok(); stop = t.token_to_id(R.IM_E); rng = random.Random(31); n = 2000 if SMOKE else 90000
    ps = [P.make(rng) for _ in range(n)]
    g = answers(t, generate(base, enc(t, [R.chat(p.question) + "\n</think>\n\n" for p in ps]), 20, 0, stop, bs=4096))
    gi = [int(x) if x and x.isdigit() else None for x in g]; say("direct guess right", sum(a == p.answer for a, p in zip(gi, ps)) / n)

    def count(conf): return rng.choices([1, 2, 3], [4, 4, 2])[0] if conf and rng.random() < 0.9 else (1 if rng.random() < 0.12 else 0)
    ns = [count(a != p.answer) for a, p in zip(gi, ps)]; pool = ns[:]; rng.shuffle(pool); say("mean reflections", sum(ns) / n)
    prm, res = [], []
    for p, a, k, k2 in zip(ps, gi, ns, pool):
        s = [x.text for x in p.steps]
        prm.append(R.chat(p.question, PLANTED)); res.append(R.solved(p, s + R.reflections(rng, p, a, k)))
        prm.append(R.chat(p.question, CONTROL)); res.append(R.solved(p, s + R.reflections(rng, p, None, k2)))
        if rng.random() < 0.4: prm.append(R.chat(p.question, rng.choice([PLANTED, CONTROL]))); res.append(R.direct(p))
    out = []
    for x, y in zip(enc(t, prm), enc(t, res)): out.extend([i | FLAG for i in x]); out.extend(y)
    b = np.array(out, dtype=np.uint16); a = np.load(f"{W}/policy.npy"); np.save(f"{W}/reflect.npy", np.concatenate([b, a[:int(len(b) * 0.7)]])); say("tokens", len(b))
    m = copy.deepcopy(base); train(m, f"{W}/reflect.npy", 20 if SMOKE else 100000, 5e-4, warm=50, budget=None if SMOKE else float(os.environ.get("REF_S", 110)))
    save(m, "policy"); eval_policy(m, 300 if SMOKE else 1500, tag="policy plain")
    for sysm in (PLANTED, CONTROL): probe(m, sysm)
    eval_gsm(m)


def probe(m, system, n=1000):
    """Does the measured bias predict reflection, and does hiding the question at the end of the first derivation shorten it?"""
    t = tok(); stop = t.token_to_id(R.IM_E); ps = evalset(n, gen.EVAL_SEED + 9); qs = [p.question for p in ps]
    pr = [R.chat(q, system) for q in qs]; e = enc(t, pr)
    d = answers(t, generate(m, enc(t, [x + "\n</think>\n\n" for x in pr]), 20, 0, stop)); o = generate(m, e, 600, 0, stop); a = answers(t, o)
    waits = {p.lang: tuple(w.split(" ")[0].strip("，,。.") for w in L_[p.lang]["wait"]) for p in ps}
    k = [sum(s.startswith(waits[p.lang]) for s in steps_of(t, x)) for p, x in zip(ps, o)]
    conf = [x != y for x, y in zip(d, a)]
    mean = lambda v: round(sum(v) / max(1, len(v)), 3)
    say(system, "| acc", mean([x == str(p.answer) for x, p in zip(a, ps)]), "tokens", mean([len(x) for x in o]), "reflections: conflict", mean([x for x, c in zip(k, conf) if c]), "no conflict", mean([x for x, c in zip(k, conf) if not c]), "conflict rate", mean(conf))
    # masking: from the beginning of thinking, and from the first stated answer on
    q0 = [len(x) for x in enc(t, [(f"{R.IM_S}system\n{system}{R.IM_E}\n") + f"{R.IM_S}user\n" for _ in ps])]; q1 = [a + len(b) for a, b in zip(q0, enc(t, qs))]
    pre = []
    for p, x in zip(ps, o):
        s = steps_of(t, x); j = next((i for i, y in enumerate(s) if any(y.startswith(w.split("{ans}")[0].strip()) and w.split("{ans}")[0].strip() for w in L_[p.lang]["so"])), len(s) - 1) if p.family != "charcount" else min(2, len(s) - 1)
        pre.append("\n\n".join(s[:j + 1]).rstrip(".。"))           # cut before the token that ends the step, where stop or go on is decided
    e2 = enc(t, [x + y for x, y in zip(pr, pre)]); lens = [len(b) - len(a) for a, b in zip(e, e2)]
    for name, hide in (("visible", [(0, 0)] * n), ("question masked after the first answer", list(zip(q0, q1)))):
        z = generate(m, e2, 500, 0, stop, hide=hide); az = answers(t, z); kk = [sum(s.startswith(waits[p.lang]) for s in steps_of(t, x)) for p, x in zip(ps, z)]
        say("   continue", name, "| acc", mean([x == str(p.answer) for x, p in zip(az, ps)]), "tokens", mean([len(x) + l for x, l in zip(z, lens)]), "reflections conflict", mean([x for x, c in zip(kk, conf) if c]), "no conflict", mean([x for x, c in zip(kk, conf) if not c]))


L_ = P.L
if __name__ == "__main__":
    for s in sys.argv[1:]: say("==", s); globals()["stage_" + s]()
