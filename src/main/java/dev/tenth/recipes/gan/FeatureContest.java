package dev.tenth.recipes.gan;

import dev.tenth.data.LabelledImages;
import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.ProgramTraining;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.recipe.Setting;
import dev.tenth.recipe.Shown;
import dev.tenth.torch.Executable;
import dev.tenth.torch.HostTensor;
import dev.tenth.torch.Precision;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Resident;
import dev.tenth.torch.Variable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The training of {@link VaeGan}. */
final class FeatureContest extends ProgramTraining<VaeGan.Settings> {
    /** So many test pictures are judged by, where there are so many. */
    private static final int JUDGED = 1000;

    private final LearnedSimilarity model;
    private final long seed;

    FeatureContest(VaeGan.Settings settings, Setting setting, LabelledImages images, Frame frame) {
        Examples examples = Examples.of(settings.data(), images, 0);
        LearnedSimilarity traced = new LearnedSimilarity(
                settings,
                AutoencoderNets.of("", frame, settings.latent(), settings.maps()),
                AutoencoderNets.of("plain-", frame, settings.latent(), settings.maps()),
                PictureReader.of("d", frame, settings.maps(), 1),
                examples,
                AttributeVectors.of(images, settings.latent()),
                new RunningMeans(LearnedSimilarity.FIGURES));
        Program program = Program.trace(Precision.FLOAT32, traced::trace);
        Map<Variable, Resident> residents =
                new HashMap<>(examples.residents(Part.TRAINING, setting.residents(), setting.device()));
        residents.putAll(examples.residents(Part.TEST, setting.residents(), setting.device()));
        super(settings, new Executable(program, setting.device(), setting.seed(), residents));
        this.model = traced;
        this.seed = setting.seed();
        fill(filled -> traced.attributes().set(filled, images));
    }

    @Override
    public long steps() {
        return settings.steps();
    }

    @Override
    public void begin(Consumer<Shown> show) {
        look(show);
    }

    @Override
    public void step(long step, Consumer<Shown> show) {
        program.call("step")
                .with("seed", Randomness.mix(seed, step))
                .with("learningRate", settings.learningRate())
                .with("gamma", settings.gamma())
                .run();
        boolean last = step == settings.steps();
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (last || step % settings.pace().showEvery() == 0) {
            metrics.putAll(model.means().take(program));
            look(show);
        }
        if (last || step % settings.judgeEvery() == 0) {
            metrics.putAll(judge());
        }
        if (!metrics.isEmpty()) {
            show.accept(new Shown.Metrics(metrics));
        }
    }

    private void look(Consumer<Shown> show) {
        program.call("learnAttributes").run();
        Frame frame = model.nets().frame();
        Map<String, HostTensor> seen =
                program.call("look").with("seed", Randomness.mix(seed, "look")).run();
        show.accept(frame.tiles(
                "reconstructions",
                seen.get("reconstructions").floats(),
                LearnedSimilarity.SHOWN,
                "test pictures; drawn again by the VAE/GAN; by the plain autoencoder"));
        show.accept(frame.tiles(
                "samples", seen.get("samples").floats(), LearnedSimilarity.SHOWN, "pictures of random codes"));
        show.accept(frame.tiles(
                "edits",
                program.call("edit").run().get("edits").floats(),
                1 + model.attributes().names().size(),
                "drawn again, and with more of: "
                        + String.join(", ", model.attributes().names())));
    }

    private Map<String, Double> judge() {
        Map<String, Double> sums = new LinkedHashMap<>();
        long rows = model.examples().rows(Part.TEST);
        int chunk = model.chunk(Part.TEST);
        long chunks = Math.min(rows, JUDGED) / chunk;
        for (int i = 0; i < chunks; i++) {
            program.call("judge")
                    .with("first", (long) i * chunk)
                    .run()
                    .forEach((name, value) -> sums.merge(
                            name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1),
                            (double) value.floats()[0] / chunks,
                            Double::sum));
        }
        sums.put("featureErrorRatio", sums.get("featureError") / sums.get("vaeFeatureError"));
        return sums;
    }
}
