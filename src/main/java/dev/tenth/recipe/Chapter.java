package dev.tenth.recipe;

/** The chapters of the series, in reading order. */
public enum Chapter {
    PREPARATION("Preparation"),
    MLP("Multi-layer perceptrons"),
    CNN("Convolutional networks"),
    RNN("Recurrent networks"),
    GAN("Generative adversarial networks"),
    FURTHER("Further");

    private final String title;

    Chapter(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }
}
