package dev.tenth.recipe;

/**
 * What people read of a recipe before they start it.
 *
 * @param id the name on the wire: lower case, words joined by {@code -}
 * @param title the name for people
 * @param story what one sees and learns here: two or three sentences
 */
public record Card(String id, String title, Chapter chapter, String story) {}
