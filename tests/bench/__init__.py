"""What a cold start, a warm call and memory cost, against requests alone and against boto3: `python -m tests.bench`."""
