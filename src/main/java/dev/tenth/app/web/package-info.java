/** What HTTP says around every answer: how long it is kept, whether it is compressed, by what name it is counted. */
package dev.tenth.app.web;
