/**
 * The data room: the catalogue of data sets, their readers and the uploads of users.
 *
 * <p>It imports no other room and no web framework.
 */
package dev.tenth.data;
