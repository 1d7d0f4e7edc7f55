package dev.tenth.recipes.gan;

import dev.tenth.recipe.Examples;
import dev.tenth.recipe.Examples.Part;
import dev.tenth.recipe.RunningMeans;
import dev.tenth.torch.DType;
import dev.tenth.torch.Optimizer;
import dev.tenth.torch.Program;
import dev.tenth.torch.Random;
import dev.tenth.torch.Scalar;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.Trace;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The traced half of {@link VaeGan}: an autoencoder that learns to be like in what a discriminator sees, the discriminator, and a plain
 * autoencoder beside them.
 *
 * @param nets the autoencoder
 * @param plain the other one
 */
record LearnedSimilarity(
        VaeGan.Settings settings,
        AutoencoderNets nets,
        AutoencoderNets plain,
        PictureReader discriminator,
        Examples examples,
        AttributeVectors attributes,
        RunningMeans means) {
    /** The figures of a step, in the order in which they are added up. */
    static final List<String> FIGURES =
            List.of("dReal", "dFake", "dTrained", "decoderTrained", "kl", "featureLoss", "vaeLoss");

    private static final Optimizer RULE = new Optimizer.RmsProp(.9, 1e-8);
    /** Pictures that go through the nets at once when they are judged or encoded. */
    private static final int CHUNK = 100;

    /** So many test pictures are shown, drawn again. */
    static final int SHOWN = 10;

    private static final int SAMPLES = 50;
    /** So far pictures are edited for show: twice as far as pictures with the attribute are, on average, from the others. */
    private static final double EDITED = 2;

    void trace(Program.Builder methods) {
        means.trace(methods);
        methods.method("step", this::step)
                .method("judge", this::judge)
                .method("learnAttributes", this::learnAttributes)
                .method("look", this::look)
                .method("edit", this::edit);
    }

    /** What is compared: the maps before the last ones. */
    private static Tensor features(PictureReader.Reading reading) {
        return reading.maps().get(reading.maps().size() - 2);
    }

    private Tensor pictures(Trace t, Part part, Tensor rows) {
        return nets.frame().framed(examples.inputs(t, part, rows)); // [N, C, S, S]
    }

    private void step(Trace t) {
        Random random = t.random(t.integer("seed"));
        Scalar rate = t.number("learningRate");
        int batch = settings.batch();
        Tensor real = pictures(t, Part.TRAINING, random.integers(examples.rows(Part.TRAINING), batch));
        Tensor noise = random.normal(batch, settings.latent());
        Code code = AutoencoderNets.code(nets.encoder().train(real));
        Tensor redrawn = nets.decoder().train(code.sample(random));
        PictureReader.Reading onReal = discriminator.train(real);
        PictureReader.Reading onRedrawn = discriminator.train(redrawn);
        PictureReader.Reading onMade = discriminator.train(nets.decoder().train(noise));

        Tensor one = t.ones(batch, 1);
        Tensor zero = t.zeros(batch, 1);
        Tensor realLoss = onReal.output().binaryCrossEntropyWithLogits(one);
        Tensor madeLoss = onMade.output().binaryCrossEntropyWithLogits(zero);
        Tensor dLoss = realLoss.plus(madeLoss).plus(onRedrawn.output().binaryCrossEntropyWithLogits(zero));
        Tensor deceiving = onMade.output()
                .binaryCrossEntropyWithLogits(one)
                .plus(onRedrawn.output().binaryCrossEntropyWithLogits(one));
        // −log of N(features of the drawing, 1), but for a constant: ½ Σ (…)² a picture.
        Tensor featureLoss = features(onRedrawn)
                .minus(features(onReal).detach())
                .square()
                .sum()
                .dividedBy(2.0 * batch);
        Tensor kl = code.divergence().mean();

        List<Tensor> forEncoder =
                gradient(t, kl.plus(featureLoss), nets.encoder().parameters());
        List<Tensor> forDecoder = gradient(
                t,
                featureLoss.times(t.number("gamma")).plus(deceiving),
                nets.decoder().parameters());
        List<Tensor> forD = gradient(t, dLoss, discriminator.parameters());
        List<Tensor> gates = gates(realLoss.detach(), madeLoss.detach());
        t.update(nets.encoder().parameters(), forEncoder, RULE, "rms-encoder", rate);
        when(gates.getFirst(), t, () -> t.update(discriminator.parameters(), forD, RULE, "rms-d", rate));
        when(gates.getLast(), t, () -> t.update(nets.decoder().parameters(), forDecoder, RULE, "rms-decoder", rate));
        Tensor vaeLoss = trainPlain(t, real, random, rate);
        means.add(
                t,
                List.of(
                        onReal.output().detach().sigmoid().mean(),
                        onMade.output().detach().sigmoid().mean(),
                        gates.getFirst(),
                        gates.getLast(),
                        kl,
                        featureLoss,
                        vaeLoss));
    }

    private static List<Tensor> gradient(Trace t, Tensor loss, List<Variable> parameters) {
        return t.gradient(loss, parameters.stream().map(t::value).toList());
    }

    /**
     * Who may learn in this step, 1 or 0: D unless it is far ahead, the decoder unless D is far behind; both if both were to wait.
     *
     * @return D's and the decoder's
     */
    private List<Tensor> gates(Tensor realLoss, Tensor madeLoss) {
        Tensor ahead = realLoss.minimum(madeLoss).lessThan(settings.equilibrium() - settings.margin());
        Tensor behind = realLoss.maximum(madeLoss).greaterThan(settings.equilibrium() + settings.margin());
        Tensor waitD = ahead.cast(DType.FLOAT32);
        Tensor waitDecoder = behind.cast(DType.FLOAT32);
        Tensor both = waitD.times(waitDecoder);
        return List.of(
                waitD.subtractedFrom(1).maximum(both),
                waitDecoder.subtractedFrom(1).maximum(both));
    }

    /** A loop of no or one round. */
    private static void when(Tensor gate, Trace t, Runnable then) {
        t.repeat(gate.toInteger(), List.of(t.zeros()), (_, carried) -> {
            then.run();
            return carried;
        });
    }

    /** The plain autoencoder: −ELBO, with each pixel's value as its probability of being white. */
    private Tensor trainPlain(Trace t, Tensor real, Random random, Scalar rate) {
        Code code = AutoencoderNets.code(plain.encoder().train(real));
        Tensor logits = plain.decoder().trainLogits(code.sample(random)).times(2); // [B, C, S, S]
        Tensor white = real.plus(1).dividedBy(2);
        Tensor reconstruction =
                logits.softplus().minus(white.times(logits)).sum().dividedBy(settings.batch());
        Tensor loss = reconstruction.plus(code.divergence().mean());
        List<Variable> parameters = new ArrayList<>(plain.encoder().parameters());
        parameters.addAll(plain.decoder().parameters());
        t.minimize(loss, parameters, RULE, "rms-plain", rate);
        return loss;
    }

    /** How far what is drawn again is from test pictures: in D's features, and in pixels from −1 to 1. */
    private void judge(Trace t) {
        Tensor real = pictures(t, Part.TEST, t.range(chunk(Part.TEST)).plus(t.integer("first")));
        Tensor wanted = features(discriminator.read(real));
        for (AutoencoderNets each : List.of(nets, plain)) {
            Tensor redrawn = each.redraw(real);
            String name = each == nets ? "" : "vae";
            t.output(
                    name + "FeatureError", features(discriminator.read(redrawn)).meanSquaredError(wanted));
            t.output(name + "PixelError", redrawn.meanSquaredError(real));
        }
    }

    int chunk(Part part) {
        return (int) Math.min(CHUNK, examples.rows(part));
    }

    private void learnAttributes(Trace t) {
        int chunk = Math.min(CHUNK, attributes.pictures());
        int chunks = attributes.pictures() / chunk;
        Tensor rows = t.range((long) chunks * chunk).reshape(chunks, chunk);
        Function<Tensor, Tensor> encode =
                some -> AutoencoderNets.code(nets.encoder().read(pictures(t, Part.TRAINING, some)))
                        .mean()
                        .detach();
        Tensor codes = t.repeat(
                        chunks,
                        List.of(),
                        (part, _) -> new Trace.Round(List.of(), List.of(encode.apply(rows.select(0, part)))))
                .getFirst()
                .reshape((long) chunks * chunk, settings.latent());
        attributes.learn(t, codes);
    }

    /** Test pictures, drawn again by both; pictures of random codes. */
    private void look(Trace t) {
        t.output("frame", t.value(nets.frame().state()));
        Tensor real = pictures(t, Part.TEST, t.range(Math.min(SHOWN, chunk(Part.TEST))));
        t.output(
                "reconstructions",
                nets.frame().unframed(Tensor.concatenate(0, List.of(real, nets.redraw(real), plain.redraw(real)))));
        Tensor z = t.random(t.integer("seed")).normal(SAMPLES, settings.latent());
        t.output("samples", nets.frame().unframed(nets.decoder().write(z)));
    }

    /** Some test pictures, each drawn again, then once for each attribute with more of it: {@code [4 · (1 + A), …]}. */
    private void edit(Trace t) {
        int shown = Math.min(4, chunk(Part.TEST));
        Tensor real = pictures(t, Part.TEST, t.range(shown));
        Tensor codes = AutoencoderNets.code(nets.encoder().read(real)).mean(); // [n, Z]
        int count = attributes.names().size();
        Tensor changes = Tensor.concatenate(
                0,
                List.of(
                        t.zeros(1, settings.latent()),
                        t.value(attributes.vectors()).times(EDITED))); // [1 + A, Z]
        Tensor all =
                codes.unsqueeze(1).plus(changes.unsqueeze(0)).reshape((long) shown * (1 + count), settings.latent());
        t.output("edits", nets.frame().unframed(nets.decoder().write(all)));
    }
}
