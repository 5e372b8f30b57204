"""Losses, schedules, changes of images and the choice of an epoch, against torch and by hand."""

import copy
import math
import re

import numpy as np
import pytest
import torch
from session import REPOSITORY
from small_training import SMALL, TINY, train_rounds
from torch.optim import lr_scheduler

from study.settings.choices import CHOICES
from study.settings.parameters import PARAMETERS
from study.training.activations import ACTIVATIONS, make_activation
from study.training.augmentation import augment, draw_share, resize
from study.training.criteria import class_weights, make_criterion
from study.training.learner import build_network
from study.training.loop import Round, initial_state, train_round
from study.training.losses import LOSSES
from study.training.samples import Data
from study.training.schedules import SCHEDULES, rate_factor
from study.training.scoring import score_images
from study.training.streams import ORDER, make_generator

LOGITS = torch.tensor([[0.5, -1.0, 0.0], [2.0, 0.0, 1.0], [-1.0, 0.3, 0.2], [0.0, 0.0, 0.0]])
LABELS = torch.tensor([0, 2, 1, 2])


def each_loss(text: str, logits: torch.Tensor, labels: torch.Tensor) -> np.ndarray:
    criterion = make_criterion(text, labels, classes=logits.shape[1])
    losses = criterion(logits, labels, reduction="none")
    assert criterion(logits, labels, reduction="mean").item() == pytest.approx(losses.mean().item())
    return losses.numpy()


def test_losses_are_their_formulas():
    """In numpy, from the papers."""
    exponentials = np.exp(LOGITS.double().numpy())
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    labels, rows = LABELS.numpy(), np.arange(4)
    true = probabilities[rows, labels]
    np.testing.assert_allclose(
        each_loss("focal(gamma=0.5)", LOGITS, LABELS),
        -((1 - true) ** 0.5) * np.log(true),
        rtol=1e-5,
    )
    squares = ((probabilities - np.eye(3)[labels]) ** 2).sum(axis=1)
    np.testing.assert_allclose(each_loss("squared_error", LOGITS, LABELS), squares, rtol=1e-5)
    margins = np.maximum(0, 1 - LOGITS.numpy()[rows, labels][:, None] + LOGITS.numpy())
    margins[rows, labels] = 0
    np.testing.assert_allclose(each_loss("hinge", LOGITS, LABELS), margins.sum(axis=1) / 3)
    smooth = 0.9 * np.eye(3)[labels] + 0.1 / 3
    smoothed = -(smooth * np.log(probabilities)).sum(axis=1)
    found = each_loss("ce(label_smoothing=0.1)", LOGITS, LABELS)
    np.testing.assert_allclose(found, smoothed, rtol=1e-5)
    weights = np.array([4 / (3 * 1), 4 / (3 * 1), 4 / (3 * 2)])
    np.testing.assert_allclose(class_weights(LABELS, 3), weights)
    found = each_loss("ce(class_weights='balanced')", LOGITS, LABELS)
    np.testing.assert_allclose(found, -weights[labels] * np.log(true), rtol=1e-5)


def test_weighted_bce_is_weighted_ce_of_two_outputs():
    labels = torch.tensor([0, 1, 1, 1, 0, 1])
    scores = torch.randn(6, generator=torch.Generator().manual_seed(0))
    options = "(class_weights='balanced', label_smoothing=0.2)"
    bce = make_criterion(f"bce{options}", labels, 2)
    ce = make_criterion(f"ce{options}", labels, 2)
    two = torch.stack([torch.zeros(6), scores], dim=1)
    torch.testing.assert_close(
        bce(scores[:, None], labels[:, None].float(), reduction="none"),
        ce(two, labels, reduction="none"),
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_torchs_functions(name):
    """With its defaults each is the function of its name; an option reaches it."""
    x = torch.linspace(-4, 4, 101)
    module = make_activation(name).eval()
    options = {
        "threshold": {"threshold": 0.0, "value": 0.0},
        "prelu": {"weight": torch.tensor(0.25)},
    }
    function = getattr(torch.nn.functional, name)
    torch.testing.assert_close(module(x), function(x, **options.get(name, {})))


def test_an_activations_option_is_torchs():
    x = torch.linspace(-4, 4, 101)
    found = make_activation("leaky_relu(negative_slope=0.2)")(x)
    torch.testing.assert_close(found, torch.nn.functional.leaky_relu(x, 0.2))


@pytest.mark.parametrize(
    ("text", "make"),
    [
        ("step", lambda o: lr_scheduler.MultiStepLR(o, [20, 30], 0.1)),
        ("cosine", lambda o: lr_scheduler.CosineAnnealingLR(o, 40)),
        ("one_cycle", lambda o: lr_scheduler.OneCycleLR(o, 0.1, 40, cycle_momentum=False)),
        ("warmup(share=0.25)", lambda o: lr_scheduler.LinearLR(o, 0.1, 1.0, 9)),
    ],
)
def test_schedules_are_torchs(text, make):
    """40 steps: 8 epochs of 5, of a round, or of two rounds of four."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler, expected = make(optimizer), []
    for _ in range(40):
        expected.append(optimizer.param_groups[0]["lr"] / 0.1)
        optimizer.step()
        scheduler.step()
    each = rate_factor(text, steps_per_epoch=5, epochs=8, before=16)
    np.testing.assert_allclose([each(step) for step in range(40)], expected, atol=1e-12)
    whole = text[:-1] + ", over=8)" if "(" in text else f"{text}(over=8)"
    first, second = (rate_factor(whole, 5, 4, before) for before in (0, 4))
    both = [factor(step) for factor in (first, second) for step in range(20)]
    np.testing.assert_allclose(both, expected, atol=1e-12)
    assert rate_factor(whole, 5, 4, 8)(3) == pytest.approx(expected[-1])  # where it ended


def test_a_scheduled_clipped_decayed_momentum_is_torchs(data):
    """One round of four epochs, to the last bit, with the same batches."""
    changes = {"optimizer": "sgd(nesterov=True)", "momentum": 0.9, "weight_decay": 0.01}
    changes |= {"learning_rate": 0.1, "gradient_clip": 0.05, "schedule": "cosine"}
    parameters = SMALL | changes
    _, state = train_rounds(data, parameters, epochs=4, rounds=1)
    network = build_network(TINY, parameters, make_generator(0, 0))
    options = {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01, "fused": True}
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, **options)
    order, step = make_generator(0, ORDER), 0
    for _ in range(4):
        permutation = torch.randperm(50, generator=order)
        inputs, labels = (tensor[permutation] for tensor in data.splits["train"])
        for images, truth in zip(inputs.split(16), labels.split(16)):
            optimizer.param_groups[0]["lr"] = 0.1 * (1 + math.cos(math.pi * step / 16)) / 2
            optimizer.zero_grad()
            torch.nn.BCEWithLogitsLoss()(network(images), truth[:, None].float()).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 0.05)
            optimizer.step()
            step += 1
    torch.testing.assert_close(state["network"], network.state_dict(), rtol=0, atol=0)


def test_a_share_is_of_each_class_and_inside_a_larger_one():
    labels = torch.tensor([0] * 40 + [1] * 9 + [2])
    shares = [draw_share(labels, share, make_generator(0, 3)) for share in (0.25, 0.5, 1)]
    assert [labels[rows].bincount().tolist() for rows in shares] == [
        [10, 2, 1],
        [20, 4, 1],
        [40, 9, 1],
    ]
    assert set(shares[0].tolist()) < set(shares[1].tolist())
    assert shares[2].tolist() == list(range(50))
    other = draw_share(labels, 0.25, make_generator(1, 3))
    assert other.tolist() != shares[0].tolist()


def test_images_are_flipped_and_moved_by_whole_pixels():
    """A flip is its mirror image, a move is numpy's with the border repeated, colours alike."""
    grey = torch.rand(64, 35, generator=torch.Generator().manual_seed(0))
    still = {"flip": False, "shift": 0, "rotation": 0.0}
    colour = torch.stack([grey, 2 * grey, 3 * grey], dim=2).flatten(1)
    for shape, inputs in (((5, 7), grey), ((5, 7, 3), colour)):
        images = inputs.view(64, *shape)
        torch.testing.assert_close(augment(inputs, shape, still, make_generator(0, 4)), inputs)
        flipped = augment(inputs, shape, still | {"flip": True}, make_generator(0, 4)).view(
            images.shape
        )
        mirrored = [torch.allclose(a, b.flip(1), atol=1e-5) for a, b in zip(flipped, images)]
        same = [torch.allclose(a, b, atol=1e-5) for a, b in zip(flipped, images)]
        assert all(a != b for a, b in zip(mirrored, same)) and 20 < sum(mirrored) < 44
        moved = augment(inputs, shape, still | {"shift": 1}, make_generator(0, 4)).view(
            images.shape
        )
        seen = set()
        for before, after in zip(images, moved):
            rows, columns = (torch.arange(size) for size in shape[:2])
            (found,) = [
                (down, across)
                for down in (-1, 0, 1)
                for across in (-1, 0, 1)
                if torch.allclose(
                    before[(rows + down).clamp(0, 4)][:, (columns + across).clamp(0, 6)],
                    after,
                    atol=1e-5,
                )
            ]
            seen.add(found)
        assert len(seen) == 9


def test_a_turn_keeps_distances_in_pixels():
    """A dot 10 pixels right of the middle of a wide image, turned by up to 90 degrees."""
    image = torch.zeros(400, 31, 41)
    image[:, 15, 30] = 1
    still = {"flip": False, "shift": 0, "rotation": 90.0}
    turned = augment(image.flatten(1), (31, 41), still, make_generator(0, 4)).view(400, 31, 41)
    down, across = np.unravel_index(turned.flatten(1).argmax(dim=1).numpy(), (31, 41))
    radius = np.hypot(down - 15, across - 20)
    assert np.abs(radius - 10).max() < 1
    angles = np.degrees(np.arctan2(down - 15, across - 20))
    assert angles.min() < -75 and angles.max() > 75 and abs(angles.mean()) < 10


def test_resizing_keeps_what_is_constant_and_colours():
    image = torch.tensor([0.2, 0.5, 0.9]).expand(2, 6, 6, 3).reshape(2, -1)
    small = resize(image, (6, 6, 3), 3)
    torch.testing.assert_close(small, torch.tensor([0.2, 0.5, 0.9]).repeat(2, 9))


BEST = "best(metric='val_accuracy', patience=2)"


def test_the_best_epoch_is_scored_and_the_round_ends_after_it(data):
    rows, _ = train_rounds(data, SMALL, epochs=12, rounds=1, seed=1)
    accuracies = [row[4] for row in rows[0]]
    best = next(
        epoch
        for epoch in range(12)
        if accuracies[epoch] == max(accuracies[: epoch + 3])
        and epoch < 9
        and accuracies.index(accuracies[epoch]) == epoch
    )
    chosen, ended = train_rounds(data, SMALL | {"epoch_choice": BEST}, 12, 1, seed=1)
    assert chosen[0] == rows[0][: best + 3]
    scores = score_images(data, SMALL, ended)["val"]
    labels = data.splits["val"][1].numpy()
    assert ((scores > 0) == (labels == 1)).mean() == max(accuracies[: best + 3])
    _, there = train_rounds(data, SMALL, epochs=best + 1, rounds=1, seed=1)
    torch.testing.assert_close(ended["network"], there["network"], rtol=0, atol=0)
    assert "best" not in ended


def test_an_interrupted_search_for_the_best_epoch_resumes(data):
    parameters = SMALL | {"epoch_choice": BEST}
    whole, end = train_rounds(data, parameters, epochs=12, rounds=1, seed=1)
    saved = []

    def save(rows, state):
        saved.append(copy.deepcopy((state(), rows)))

    train_round(data, parameters, Round(1, 1, 12), initial_state(data, parameters, 1), None, save)
    rows, state = train_round(data, parameters, Round(1, 1, 12), *saved[-1])
    assert rows == whole[0]
    torch.testing.assert_close(state["network"], end["network"], rtol=0, atol=0)


def test_more_than_two_classes_are_learned(data):
    """Three classes of the tiny images: by the brightness of their first pixel."""
    thirds = torch.tensor([1 / 3, 2 / 3])
    splits = {
        split: (inputs, torch.bucketize(inputs[:, 0].contiguous(), thirds))
        for split, (inputs, _) in data.splits.items()
    }
    three = Data(splits, data.shape, classes=3)
    parameters = SMALL | {"loss": "ce", "learning_rate": 0.01}
    (rows,), state = train_rounds(three, parameters, epochs=80, rounds=1)
    scores = score_images(three, parameters, state)["val"]
    assert scores.shape == (20, 3) and scores.dtype == np.float32
    assert (scores.argmax(axis=1) == splits["val"][1].numpy()).mean() == rows[-1][4]
    assert rows[-1][2] > 0.9


def test_bfloat16_is_mixed_and_scored_in_float32(data):
    """Close to float32, not the same; logits, losses and weights stay in float32."""
    exact, _ = train_rounds(data, SMALL, epochs=3, rounds=1)
    mixed = SMALL | {"precision": "bfloat16"}
    rows, state = train_rounds(data, mixed, epochs=3, rounds=1)
    np.testing.assert_allclose(rows[0], exact[0], rtol=0.1)
    assert rows[0] != exact[0]
    assert score_images(data, mixed, state)["val"].dtype == np.float32
    assert all(weight.dtype == torch.float32 for weight in state["network"].values())


def test_the_page_names_every_choice_and_parameter():
    page = (REPOSITORY / "docs" / "training.md").read_text()
    named = [name for registry in CHOICES.values() for name in registry if name != "last"]
    options = [
        option
        for registry in CHOICES.values()
        for entry in registry.values()
        for option in entry.options
    ]
    basic = {"batch_size", "learning_rate"}
    for name in {*named, *options, *PARAMETERS} - basic:
        assert re.search(rf"`{name}\b|\b{name}:|: {name}`", page), name
    for entry in [*LOSSES.values(), *SCHEDULES.values()]:
        author = re.match(r"[A-Z]\w+", entry.source)
        assert not author or author.group() in page, entry.source
