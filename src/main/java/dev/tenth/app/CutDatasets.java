package dev.tenth.app;

import dev.tenth.data.Dataset;
import dev.tenth.data.Datasets;
import dev.tenth.data.LabelledImages;
import dev.tenth.data.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The beginnings of data sets: enough to see what a program does with them, little enough to send. */
record CutDatasets(Datasets whole) implements Datasets {
    private static final int PICTURES = 10_700;
    private static final int TESTED = 500;
    private static final int CHARACTERS = 200_000;

    @Override
    public List<Dataset> list() {
        return whole.list();
    }

    @Override
    public Optional<Dataset> find(String id) {
        return whole.find(id);
    }

    @Override
    public String text(String id) {
        String text = whole.text(id);
        return text.substring(0, Math.min(text.length(), CHARACTERS));
    }

    @Override
    public double[] numbers(String id) {
        return whole.numbers(id);
    }

    @Override
    public Table table(String id) {
        return whole.table(id);
    }

    @Override
    public LabelledImages images(String id) {
        LabelledImages images = whole.images(id);
        LabelledImages.Part training = first(images.training(), PICTURES);
        int attributes = images.attributes().names().size();
        return new LabelledImages(
                training,
                first(images.test(), TESTED),
                images.classes(),
                new LabelledImages.Attributes(
                        images.attributes().names(),
                        Arrays.copyOf(images.attributes().values(), training.count() * attributes)));
    }

    private static LabelledImages.Part first(LabelledImages.Part part, int pictures) {
        int count = Math.min(part.count(), pictures);
        return new LabelledImages.Part(
                Arrays.copyOf(part.pixels(), count * part.size()),
                count,
                part.height(),
                part.width(),
                part.channels(),
                Arrays.copyOf(part.labels(), count));
    }
}
