"""Compares the golden values of tests/unit/train/ssl with lightly's and timm's own code.

Needs torch, lightly, timm. Prints one line a value and exits 1 when one differs.
"""
import math
import sys

import torch
from lightly.loss import DINOLoss, MSNLoss, NTXentLoss
from lightly.loss import msn_loss as lightly_msn
from lightly.models import utils as lightly_utils
from lightly.utils.scheduler import cosine_schedule
from timm.scheduler import CosineLRScheduler

torch.set_default_dtype(torch.float64)
failures = 0


def check(name, ours, theirs, bound=1e-6):
    global failures
    ours = torch.as_tensor(ours, dtype=torch.float64)
    theirs = torch.as_tensor(theirs, dtype=torch.float64)
    difference = (ours - theirs).abs().max().item()
    failures += difference > bound
    print(f"{name:34} {'ok' if difference <= bound else 'DIFFERS'} {difference:.1e}")


def grid(rows, columns, offset, a, b):
    return offset + a * torch.arange(rows)[:, None] + b * torch.arange(columns)


a, b = grid(4, 8, 1, .7, 1.3).sin(), grid(4, 8, .3, .9, .4).cos()
check("NT-Xent, mean, 0.1", 6.877831565904708, NTXentLoss(temperature=0.1)(a, b))
check("NT-Xent, mean, 0.5", 2.3329136524124605, NTXentLoss(temperature=0.5)(a, b))


def info_nce(q, k, t):
    """One direction of MoCo v3, with torch's cross_entropy (lightly has no MoCo v3 loss)."""
    normalise = torch.nn.functional.normalize
    logits = normalise(q) @ normalise(k).t() / t
    return torch.nn.functional.cross_entropy(logits, torch.arange(len(q))) * 2 * t


check("MoCo v3, symmetric", 1.0427401219420465, info_nce(a, b, .2) + info_nce(b, a, .2))

student = 3 * grid(8, 6, .2, .9, 1.7).sin()
teacher = 3 * grid(4, 6, .5, .9, 1.7).sin()
dino = DINOLoss(output_dim=6, warmup_teacher_temp=.04, teacher_temp=.04,
                warmup_teacher_temp_epochs=1, student_temp=.1, center_momentum=.9)
check("DINO, center 0", 37.13864396356402,
      dino(list(teacher.chunk(2)), list(student.chunk(4)), epoch=0), 1e-4)
check("DINO, next center", 36.90010849790013,
      dino(list(teacher.chunk(2)), list(student.chunk(4)), epoch=0), 1e-4)

scores = (grid(4, 5, .5, .9, 1.7).sin() / .5).exp()
check("Sinkhorn, first row", [.1047160459, .5705804305, .059725922, .0114249752, .2535526265],
      lightly_msn.sinkhorn(scores, iterations=3)[0])
check("sharpen", [.0028248588, .0451977401, .2288135593, .7231638418],
      lightly_msn.sharpen(torch.tensor([[.1, .2, .3, .4]]), .25)[0])
anchors, targets = grid(6, 4, .1, .6, 1.1).sin(), grid(3, 4, .2, .5, .8).cos()
prototypes = grid(5, 4, .3, .4, 1.9).sin()
check("MSN, Sinkhorn", 2.501418796742568, MSNLoss(temperature=.1)(anchors, targets, prototypes))
check("MSN, no Sinkhorn", 1.9859550813233497,
      MSNLoss(temperature=.1, sinkhorn_iterations=0)(anchors, targets, prototypes))

image = (100 * torch.arange(3)[:, None, None] + 10 * torch.arange(4)[:, None] + torch.arange(4))
patches = lightly_utils.patchify(image[None].double(), 2)
check("patchify", [0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211], patches[0, 0])
check("normalised patch", [-1.2347610378, -.0643714285, 1.1060181808, -1.2230571417],
      lightly_utils.normalize_mean_var(patches)[0, 0, :4])
check("sin-cos positions", [.84147098, .00999983, .54030231, .99995, 0, 0, 1, 1],
      lightly_utils.get_2d_sincos_pos_embed(8, 2)[2], 1e-6)  # its row 0 is CLS

check("EMA momentum, 25 of 50", .998, cosine_schedule(25, 51, .996, 1))
optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=5e-4)
schedule = CosineLRScheduler(optimiser, t_initial=40, lr_min=1e-6)
schedule.step(20)
check("learning rate, 20 of 40", 2.505e-4, optimiser.param_groups[0]["lr"], 1e-12)


def lars_moco(w, g, mu, lr=.3, wd=1e-6, trust=.001, momentum=.9):
    update = g + wd * w
    mu = momentum * mu + trust * w.norm() / update.norm() * update
    return w - lr * mu, mu


w, mu = torch.tensor([1., 2., 2.]), torch.zeros(3)
for expected in ([.9992783948, 2.0002405294, 1.9995189267],
                 [.9979074414, 2.0006975033, 1.9986049516]):
    w, mu = lars_moco(w, torch.tensor([.3, -.1, .2]), mu)
    check("LARS, MoCo v3's form", expected, w)

sys.exit(failures > 0)
