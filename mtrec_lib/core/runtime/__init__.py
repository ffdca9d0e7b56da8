"""The process around TensorFlow and Keras: a silent import, memory, compiled code, settings."""
