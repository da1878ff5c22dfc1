"""Colour conversion, JPEG decoding and the training pairs."""

import io

import numpy as np
import pytest
from PIL import Image

from rbqe_training import degradation
from rbqe_training.data import CropSource
from rbqe_training.degradation import (
    Degradation,
    compress,
    decode,
    estimated_quality,
    grey_to_planes,
    planes_to_rgb,
    rgb_to_planes,
    tables_of,
    with_soft_chroma,
)


@pytest.fixture
def rgb() -> np.ndarray:
    """A smooth coloured picture with some noise, 96x112."""
    y, x = np.mgrid[:96, :112]
    colour = np.stack([2 * x, 255 - x - y, 128 + 60 * np.sin(x / 9 + y / 7)], axis=-1)
    return np.clip(colour + np.random.default_rng(0).normal(0, 6, colour.shape), 0, 255).astype(np.uint8)


def test_colour_conversion_returns(rgb):
    assert np.array_equal(planes_to_rgb(rgb_to_planes(rgb)), rgb)


def test_conversion_agrees_with_libjpeg(rgb):
    expected = np.asarray(Image.fromarray(rgb).convert("YCbCr")).transpose(2, 0, 1)
    assert np.abs(rgb_to_planes(rgb) * 255 - expected).max() <= 1.01


@pytest.mark.parametrize("sampling", degradation.SUBSAMPLING)
def test_decode_gives_what_libjpeg_decodes(rgb, sampling):
    data = compress(rgb, 60, sampling)
    direct = np.asarray(Image.open(io.BytesIO(data)))
    planes = decode(data)
    assert planes.shape == (3, 96, 112) and planes.dtype == np.float32
    assert np.array_equal(planes, np.float32(np.round(planes * 255)) / 255)
    assert np.abs(planes_to_rgb(planes).astype(int) - direct).max() <= 1
    assert np.array_equal(planes_to_rgb(decode(data, as_rgb=True)), direct)


@pytest.mark.parametrize("sampling", degradation.SUBSAMPLING)
@pytest.mark.parametrize("quality", [8, 35, 80, 97])
def test_decoding_as_floats_is_libjpegs_before_rounding(rgb, sampling, quality):
    floats = degradation.decoded_as_floats(rgb, quality, sampling)
    rounded = decode(compress(rgb, quality, sampling), as_rgb=True)
    assert floats.dtype == np.float32
    difference = np.abs(floats - rounded) * 255
    assert np.mean(difference) < 0.6 and np.quantile(difference, 0.9) < 1.5
    grey = degradation.decoded_as_floats(rgb[..., 1], quality)
    assert np.mean(np.abs(grey - decode(compress(rgb[..., 1], quality)))[0]) * 255 < 0.6
    assert np.abs(grey[0] * 255 - np.round(grey[0] * 255)).max() > 0.1


def test_floats_come_as_often_as_asked(rgb):
    options = Degradation(none_share=0, grey_share=1, as_rgb_share=0, float_share=0.5)
    pairs = [options.pair(np.random.default_rng(seed), rgb[:96, :96])[0][0] * 255 for seed in range(60)]
    assert 15 < sum(np.abs(luma - np.round(luma)).max() > 1e-3 for luma in pairs) < 45


def test_grey_has_neutral_chroma(rgb):
    planes = decode(compress(rgb[..., 0], 50))
    assert (planes[1:] == np.float32(128 / 255)).all()
    assert np.array_equal(planes, grey_to_planes(degradation.to_levels(planes[0])))


def test_pair_is_a_function_of_its_generator(rgb):
    crop = rgb[:96, :96]
    first, second = (Degradation().pair(np.random.default_rng(5), crop) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second))
    assert first[0].shape == first[1].shape == (3, 80, 80)


def test_never_compressed_means_input_is_target(rgb):
    degraded, target = Degradation(none_share=1).pair(np.random.default_rng(1), rgb[:96, :96])
    assert np.array_equal(degraded, target)


def test_pair_is_aligned_in_content(rgb):
    options = Degradation(
        none_share=0, quality_bands=((95, 100, 1.0),), sampling_shares=(("444", 1.0),), shifted_share=1
    )
    for seed in range(10):
        degraded, target = options.pair(np.random.default_rng(seed), rgb[:96, :96])
        assert np.abs(degraded - target).mean() < 3 / 255


def test_grain_is_part_of_the_target(rgb):
    """What is to be restored is the grainy picture; grain is seen at the highest qualities and differs from crop to
    crop."""
    options = Degradation(none_share=0, quality_bands=((98, 98, 1.0),), grain_share=1, grey_share=1, shifted_share=0)
    plain = Degradation(none_share=0, quality_bands=((98, 98, 1.0),), grey_share=1, shifted_share=0)
    added = []
    for seed in range(20):
        degraded, target = options.pair(np.random.default_rng(seed), rgb[:96, :96])
        assert np.abs(degraded - target).mean() < 1.5 / 255
        added.append(np.abs(target - plain.pair(np.random.default_rng(seed), rgb[:96, :96])[1]).mean() * 255)
    assert min(added) > 0.2 and max(added) > 3 * min(added)


def test_qualities_cover_the_bands():
    rng = np.random.default_rng(0)
    drawn = [Degradation().draw_quality(rng) for _ in range(4000)]
    numbers = [q for q in drawn if q is not None]
    assert 0.02 < 1 - len(numbers) / len(drawn) < 0.08
    assert min(numbers) >= 1 and max(numbers) == 100
    assert np.mean([5 <= q <= 60 for q in numbers]) == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("option", ["twice_share", "rescaled_share", "unusual_table_share"])
@pytest.mark.parametrize("grey_share", [0, 1])
def test_rarer_files_are_aligned_in_content(rgb, option, grey_share):
    bands = ((90, 94, 1.0),)
    options = Degradation(
        none_share=0, quality_bands=bands, sampling_shares=(("444", 1.0),), grey_share=grey_share, **{option: 1}
    )
    plain = Degradation(none_share=0, quality_bands=bands, sampling_shares=(("444", 1.0),), grey_share=grey_share)
    for seed in range(10):
        degraded, target = options.pair(np.random.default_rng(seed), rgb[:96, :96])
        assert degraded.shape == target.shape == (3, 80, 80)
        assert degraded.dtype == target.dtype == np.float32
        assert 0 < np.abs(degraded - target).mean() < 4 / 255
        usual, _ = plain.pair(np.random.default_rng(seed), rgb[:96, :96])
        assert not np.array_equal(degraded, usual)


def test_unusual_tables_are_about_as_coarse_as_their_quality():
    for quality in (10, 50, 90):
        means = [np.mean(degradation.unusual_tables(np.random.default_rng(s), quality)[0]) for s in range(50)]
        scale = 50 / quality if quality < 50 else 2 - quality / 50
        usual = 57.6 * scale  # the mean of libjpeg's luma table at quality 50
        assert 0.5 * usual < np.mean(means) < 2 * usual


def test_soft_chroma_keeps_luma_and_greys(rgb):
    """A wave of chroma loses what a Gaussian takes from its frequency; luma and greys stay, to the rounding."""
    planes = grey_to_planes(np.full((64, 64), 128, np.uint8))
    planes[0] += np.random.default_rng(0).normal(0, 0.05, (64, 64)).astype(np.float32)
    wave = 0.15 * np.sin(2 * np.pi * np.arange(64, dtype=np.float32) / 8)
    planes[1] += wave
    planes[2] += wave[:, None]
    original = planes_to_rgb(planes)
    soft = rgb_to_planes(with_soft_chroma(np.random.default_rng(1), original))
    sigma = np.random.default_rng(1).uniform(0.5, 1.6)
    kept = np.exp(-2 * (np.pi * sigma / 8) ** 2)
    inside = np.s_[8:-8, 8:-8]
    assert np.abs(soft[0] - rgb_to_planes(original)[0]).max() < 1 / 255
    for plane, expected in ((soft[1], kept * wave[None]), (soft[2], kept * wave[:, None])):
        assert np.abs(plane - degradation.NEUTRAL - expected)[inside].max() < 2 / 255
    grey = np.repeat(rgb[..., :1], 3, axis=2)
    assert np.array_equal(with_soft_chroma(np.random.default_rng(1), grey), grey)


def test_soft_chroma_is_part_of_the_target(rgb):
    """What is to be restored is the soft picture; without a share of such pictures crops are as they were."""
    options = {"none_share": 1, "grey_share": 0, "shifted_share": 0}
    sharp = Degradation(**options).sample(np.random.default_rng(3), rgb[:96, :96])
    soft = Degradation(**options, soft_chroma_share=1).sample(np.random.default_rng(3), rgb[:96, :96])
    assert np.array_equal(soft.degraded, soft.target)
    assert np.abs(soft.target[0] - sharp.target[0]).mean() < 1 / 255
    assert soft.target[1].std() < sharp.target[1].std()


def test_the_estimated_quality_is_that_of_the_nearest_table():
    for quality in (5, 30, 50, 75, 92, 100):
        tables = tables_of(quality)
        assert estimated_quality(tables) == quality and estimated_quality(tables[:1]) == quality
    # As `rbqe assess` says of such a file.
    coarser = [np.minimum(255, table * 2) for table in tables_of(50)]
    assert estimated_quality(coarser) == 25


def test_shifted_grids_do_not_wrap_around():
    """Left and right of the ramp differ by 220 levels: a block that held both would ring."""
    ramp = np.repeat(np.round(np.linspace(10, 230, 96)).astype(np.uint8)[None], 96, 0)
    options = Degradation(none_share=0, quality_bands=((10, 10, 1.0),), grey_share=1, twice_share=1, margin=0)
    for seed in range(10):
        degraded, target = options.pair(np.random.default_rng(seed), np.stack([ramp] * 3, -1))
        assert np.abs(degraded - target).max() * 255 < 16


def test_only_what_is_resized_comes_from_larger_regions():
    """A checkerboard that is shrunk to three fifths turns grey; to six sevenths it does not."""
    squares = np.repeat(255 * (np.indices((300, 300)).sum(0) % 2).astype(np.uint8)[..., None], 3, -1)
    source = CropSource([squares], downscale_share=0.0)
    options = {"none_share": 0, "quality_bands": ((100, 100, 1.0),), "sampling_shares": (("444", 1.0),)}

    def contrasts(**more: float) -> list[float]:
        draws = [Degradation(**options, **more).draw(np.random.default_rng(seed), source, 144) for seed in range(20)]
        assert all(draw.degraded.shape == draw.target.shape == (3, 144, 144) for draw in draws)
        return [float(draw.target[0].std()) for draw in draws]

    assert min(contrasts(rescaled_share=1)) > 0.1 > 0.01 > min(contrasts(rescaled_share=1, rescaled_margin=112))
    assert min(contrasts(rescaled_margin=112)) == max(contrasts(rescaled_margin=112)) == pytest.approx(0.5)


def test_a_margin_of_their_own_leaves_the_share_of_resized_crops(rgb):
    source = CropSource([rgb], downscale_share=0.0)
    kept = Degradation(rescaled_share=0.3, none_share=0, as_rgb_share=0, shifted_share=0, rescaled_margin=16)
    told = [kept.draw(np.random.default_rng(seed), source, 80).told is None for seed in range(300)]
    assert np.mean(told) == pytest.approx(0.3, abs=0.08)


def test_crops_that_are_no_whole_blocks_are_refused() -> None:
    Degradation(rescaled_margin=64).check_size(96)
    with pytest.raises(ValueError, match="margin of 68"):
        Degradation(rescaled_margin=68).check_size(96)
