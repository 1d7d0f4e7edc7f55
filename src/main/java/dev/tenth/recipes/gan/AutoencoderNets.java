package dev.tenth.recipes.gan;

import dev.tenth.torch.Tensor;

/** Encoder and decoder of {@link VaeGan}, and of the plain autoencoder beside it. */
record AutoencoderNets(Frame frame, PictureReader encoder, PictureWriter decoder) {

    /**
     * Two nets.
     *
     * @param name the first part of their variables' names
     */
    static AutoencoderNets of(String name, Frame frame, int latent, int maps) {
        return new AutoencoderNets(
                frame,
                PictureReader.of(name + "encoder", frame, maps, latent, latent),
                PictureWriter.of(name + "decoder", frame, latent, maps));
    }

    /** The code that a reading of the encoder is. */
    static Code code(PictureReader.Reading reading) {
        return new Code(reading.outputs().getFirst(), reading.outputs().getLast());
    }

    /** Codes of pictures as {@link Frame#picture} has them. */
    Code look(Tensor pictures) {
        long size = pictures.shape().elements() / pictures.size(0);
        return code(encoder.read(frame.framed(pictures.reshape(pictures.size(0), size))));
    }

    /** Pictures as {@link Frame#picture} has them, of codes {@code [N, Z]}. */
    Tensor draw(Tensor z) {
        return frame.pictures(decoder.write(z));
    }

    /** Framed pictures {@code [N, C, S, S]} drawn again from the means of their codes. */
    Tensor redraw(Tensor framed) {
        return decoder.write(code(encoder.read(framed)).mean());
    }
}
